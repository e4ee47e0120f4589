// Methods of the clients that the other scripts do not reach: what belongs to people, many at once, roles, tokens, exports by their older names.
import { client, ok, old, refused, same } from "./clients.mjs";

const one = async (p) => { const r = await p; return r?.result ?? r; };
const list = async (p) => [].concat(await one(p)).flatMap((x) => (x?.id ? x : Object.values(x ?? {}).find(Array.isArray) ?? []));
const finished = async (p) => { const s = await one(p); return (await client.jobstatuses.watch((s.job_status ?? s).id, 50, 200)).results; };

// memberships of groups and of organizations
const me = await one(client.users.me());
const group = await one(client.groups.create({ group: { name: "Evening" } }));
const anna = await one(client.users.create({ user: { name: "Anna", email: "anna@rest.example", role: "agent" } }));
const join = await one(client.groupmemberships.createByUser(anna.id, { group_membership: { group_id: group.id, user_id: anna.id } }));
ok(join.created_at, JSON.stringify(join));
same((await one(client.groupmemberships.showByUser(anna.id, join.id))).id, join.id);
await client.groupmemberships.deleteByUser(anna.id, join.id);
const joined = await finished(client.groupmemberships.bulkCreate([{ user_id: anna.id, group_id: group.id }, { user_id: me.id, group_id: group.id }]));
same(joined.map((r) => r.success), [true, true]);
await finished(client.groupmemberships.bulkDelete(joined.map((r) => r.id)));
same(await list(client.groupmemberships.listByGroup(group.id)), []);
const org = await one(client.organizations.create({ organization: { name: "Rest Works", external_id: "r-1" } }));
const customer = await one(client.users.create({ user: { name: "Carl", email: "carl@rest.example", tags: ["x", "y"] } }));
const belongs = await one(client.organizationmemberships.create({ user_id: customer.id, organization_id: org.id }));
same(belongs.organization_id, org.id);
await client.organizations.count(); // the client gives nothing back
await client.organizations.countByUser(customer.id);
const ticket = await one(client.tickets.create({ ticket: { subject: "Belongs", requester_id: customer.id, comment: { body: "Hello" } } }));
same((await list(client.tickets.listByOrganization(org.id))).map((t) => t.id), [ticket.id]);
ok((await list(client.requests.listByOrganization(org.id))).some((r) => r.id === ticket.id));
await client.organizationmemberships.deleteByUser(customer.id, belongs.id);
await client.users.removeTags(customer.id, { tags: ["x"] }); // the client sends nothing along, so all stay
same((await one(client.users.show(customer.id))).tags, ["x", "y"]);
await finished(client.organizations.bulkDeleteByExternalId(["r-1"]));
ok(String((await refused(client.organizations.show(org.id))).message).includes("404"));

// jobs
const made = await one(client.tickets.createMany({ tickets: [{ subject: "J", comment: { body: "j" } }] }));
const id = made.job_status.id;
same((await one(client.jobstatuses.show(id))).id ?? (await one(client.jobstatuses.show(id))).job_status.id, id);
ok(JSON.stringify(await one(client.jobstatuses.showMany([id]))).includes(id));
ok(JSON.stringify(await one(client.jobstatuses.list())).includes(id));

// searches
ok((await list(client.automations.search({ query: "no such words" }))).length === 0);
ok((await list(client.macros.search("no such words"))).length === 0);
ok(JSON.stringify(await one(client.search.query("type:user email:carl@rest.example"))).includes("Carl"));
const macro = await one(client.macros.create({ macro: { title: "Rest", actions: [{ field: "status", value: "solved" }] } }));
const mid = (macro.macro ?? macro).id;
await client.macros.updateMany([{ id: mid, position: 4 }]);
ok(JSON.stringify(await one(client.macros.listByParams({ active: true }))).includes('"Rest"'));

// audits
const audits = await list(client.ticketaudits.list(ticket.id));
await client.ticketaudits.makePrivate(ticket.id, audits.find((a) => a.events.some((e) => e.type === "Comment")).id);
same((await list(client.tickets.getComments(ticket.id)))[0].public, false);
ok((await list(client.ticketimport.exportAudit(ticket.id))).length >= 1);

// exports by all their names
for (const p of [client.tickets.export(0), client.tickets.exportSample(0), client.tickets.incrementalInclude(0, "users"), client.tickets.incrementalSample(0), client.ticketexport.export(0),
  client.ticketexport.exportWithUser(0), client.ticketexport.exportWithInclude(0, "users"), client.ticketexport.exportCursor(0, ""), client.ticketexport.sample(0),
  client.users.incrementalInclude(0, "organizations"), client.users.incrementalSample(0), client.organizations.incrementalInclude(0, "users"), client.organizations.incrementalSample(0),
  client.ticketevents.incrementalInclude(0, "comment_events"), client.ticketevents.incrementalSample(0), client.satisfactionratings.incremental(0)]) ok(Array.isArray([].concat(await one(p))));

// fields of people and their options
const field = await one(client.userfields.create({ user_field: { type: "dropdown", title: "Level", key: "level", custom_field_options: [{ name: "One", value: "one" }] } }));
const options = await list(client.userfields.listOptions(field.id));
same(options.map((o) => o.value), ["one"]);
ok(JSON.stringify(await one(client.userfields.showOption(field.id, options[0].id))).includes("one"));
await client.userfields.createOrUpdateOption(field.id, { custom_field_option: { name: "Two", value: "two" } });
await client.userfields.deleteOption(field.id, options[0].id);
same((await list(client.userfields.listOptions(field.id))).map((o) => o.value), ["two"]);
ok((await list(client.ticketfields.listWithLocale("en-US"))).length > 3);
ok(JSON.stringify(await one(client.locales.show(1))).includes("English"));
ok(JSON.stringify(await one(client.locales.detectBestLocale(["de", "en-US"]))).includes("English"));

// roles
const inRole = (r) => r.custom_role ?? r;
const role = inRole(await one(client.customagentroles.create({ name: "Reader of all", description: "Reads", configuration: { ticket_access: "all", ticket_editing: true } })));
same([role.configuration.ticket_access, role.configuration.ticket_editing, role.configuration.ticket_deletion], ["all", true, false]);
const renamed = inRole(await one(client.customagentroles.update(role.id, { name: "Reader", configuration: { ...role.configuration, grants: [...role.configuration.grants, { action: "delete", kind: "ticket", scope: "all" }] } })));
same([renamed.name, renamed.configuration.ticket_deletion], ["Reader", true]);
ok(String((await refused(client.customagentroles.update(role.id, { configuration: { ticket_editing: false } }))).message).includes("422"));
same((await one(client.users.update(anna.id, { user: { custom_role_id: role.id } }))).custom_role_id, role.id);
await client.users.update(anna.id, { user: { role: "end-user" } });
await client.customagentroles.delete(role.id);

// sessions and tokens of one's own
same(await list(client.sessions.list()), []);
same(await list(client.sessions.getByUserId(me.id)), []);
ok(String((await refused(client.sessions.getByUserIdBySessionId(me.id, 7))).message).includes("404"));
await client.sessions.bulkDeleteByUserId(me.id);
await client.sessions.logMeOut();
ok(String((await refused(client.sessions.getByUserId(anna.id))).message).includes("403"));
const inToken = (r) => r.token ?? r;
const now = inToken(await one(client.oauthtokens.current()));
ok((await list(client.oauthtokens.list())).some((t) => t.id === now.id));
const fresh = inToken(await one(client.oauthtokens.create({ token: { client_id: 1, scopes: ["tickets:read", "users:write"] } })));
same([fresh.scopes, typeof fresh.full_token], [["ticket.read", "person.*"], "string"]);
same(inToken(await one(client.oauthtokens.show(fresh.id))).full_token, undefined);
await client.oauthtokens.revoke(fresh.id);
ok(String((await refused(client.oauthtokens.show(fresh.id))).message).includes("404"));
ok(String((await refused(client.oauthtokens.create({ token: { scopes: ["moon:read"] } }))).message).includes("422"));

// what the caller was told of, and what nobody has
await client.activitystream.count(); // the client gives nothing back
ok(String((await refused(client.activitystream.show(999999))).message).includes("404"));
same(await list(client.installations.list()), []);
same(await list(client.sharingagreement.show()), []);
ok(String((await refused(client.users.password(me.id, "not the one", "another correct horse"))).message).match(/4\d\d/));
await client.users.password(me.id, "correct horse battery", "another correct horse");

// zendesk-node-api: the same five methods for every resource
const o = (await old.organizations.create?.({ name: "Older Works" })).organization;
same((await old.organizations.show(o.id)).name, "Older Works");
ok((await old.organizations.list()).some((x) => x.id === o.id));
same((await old.organizations.showMany(String(o.id))).length, 1);
same((await old.organizations.createOrUpdate({ name: "Older Works", notes: "n" })).organization.notes, "n");
same((await old.organizations.update(o.id, { notes: "m" })).organization.notes, "m");
same(await old.organizations.delete(o.id), true);
const m = (await old.macros.create({ title: "Older", actions: [{ field: "status", value: "solved" }] })).macro;
same((await old.macros.show(m.id)).title, "Older");
same((await old.macros.update(m.id, { title: "Older still" })).macro.title, "Older still");
same(await old.macros.delete(m.id), true);
const f = (await old.ticketFields.create({ type: "text", title: "Older field" })).ticket_field;
same((await old.ticketFields.show(f.id)).title, "Older field");
same((await old.ticketFields.update(f.id, { title: "Old field" })).ticket_field.title, "Old field");
same(await old.ticketFields.delete(f.id), true);
const u = (await old.userFields.create({ type: "text", title: "Older person", key: "older" })).user_field;
same((await old.userFields.show(u.id)).key, "older");
ok((await old.userFields.list()).some((x) => x.id === u.id));
same((await old.userFields.update(u.id, { title: "Old" })).user_field.title, "Old");
same(await old.userFields.delete(u.id), true);
