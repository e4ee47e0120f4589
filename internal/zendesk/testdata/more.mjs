// Methods of node-zendesk that the other scripts do not reach: many at once, exports of events, previews, conditions of forms.
import { client, ok, refused, same, token, url } from "./clients.mjs";

const one = async (p) => { const r = await p; return r.result ?? r; };
const list = async (p) => [].concat(await one(p)).flatMap((x) => x);
const as = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
const ask = async (path, method = "GET", body) => { const r = await fetch(url + "/api/v2" + path, { method, headers: as, body: body && JSON.stringify(body) }); return { status: r.status, ...(await r.json().catch(() => ({}))) }; };
async function job(p) {
  let s = await one(p);
  for (s = s.job_status ?? s; !["completed", "failed"].includes(s.status); s = (await ask(`/job_statuses/${s.id}.json`)).job_status) await new Promise((go) => setTimeout(go, 50));
  same(s.status, "completed", JSON.stringify(s));
  return s;
}

// organizations and memberships, many at once
const orgs = await job(client.organizations.createMany({ organizations: [{ name: "Delta" }, { name: "Echo" }, { name: "Foxtrot" }] }));
const ids = orgs.results.map((r) => r.id);
await job(client.organizations.updateMany({ organizations: ids.map((id) => ({ id, notes: "Together" })) }));
same((await ask(`/organizations/${ids[2]}.json`)).organization.notes, "Together");
const people = [];
for (const n of [1, 2]) people.push((await ask("/users.json", "POST", { user: { name: `Many ${n}`, email: `many${n}@many.example` } })).user.id);
await job(client.organizationmemberships.createMany(people.map((user_id) => ({ user_id, organization_id: ids[0] }))));
const joined = (await ask(`/organizations/${ids[0]}/organization_memberships.json`)).organization_memberships;
same(joined.map((m) => m.user_id).sort((a, b) => a - b), people);
await job(client.organizationmemberships.deleteMany(joined.map((m) => m.id)));
same((await ask(`/organizations/${ids[0]}/organization_memberships.json`)).organization_memberships, []);
await job(client.organizations.bulkDelete(ids.join(",")));
same((await ask(`/organizations/${ids[1]}.json`)).status, 404);
await job(client.users.destroyMany(people, null, null)); // the client reads its first argument only where there are three
ok(!(await ask(`/users/${people[0]}.json`)).user?.active);

// rules, many at once
const rules = [];
for (const t of ["T1", "T2"]) rules.push((await ask("/automations.json", "POST", { automation: { title: t, conditions: { all: [{ field: "SOLVED", operator: "is", value: 96 }] }, actions: [{ field: "status", value: "closed" }] } })).automation.id);
await client.automations.bulkDelete(rules.join(",")); // the client of triggers names its path twice
same((await ask(`/automations/${rules[1]}.json`)).status, 404);

// views that nobody made, and their export
const ticket = (await ask("/tickets.json", "POST", { ticket: { subject: "Seen in a preview", priority: "urgent", comment: { body: "Hello" } } })).ticket;
const shown = await ask("/views/preview.json", "POST", { view: { all: [{ field: "priority", operator: "is", value: "urgent" }], output: { columns: ["subject"] } } });
ok(shown.status === 200 && shown.rows.some((r) => r.ticket.id === ticket.id), JSON.stringify(shown).slice(0, 500));
same((await ask("/views/preview.json", "POST", { view: { all: [{ field: "mood", operator: "is", value: "bad" }] } })).status, 422);
const view = (await ask("/views.json", "POST", { view: { title: "Urgent", all: [{ field: "priority", operator: "is", value: "urgent" }] } })).view;
ok((await ask(`/views/${view.id}/export.json`)).export.status === "completed");
ok(JSON.stringify(await one(client.views.export(view.id))).includes("completed"));
ok(await client.views.preview({ view: { all: [{ field: "priority", operator: "is", value: "urgent" }] } }));

// conditions of a form's fields
const parent = (await ask("/ticket_fields.json", "POST", { ticket_field: { type: "tagger", title: "Topic", custom_field_options: [{ name: "Billing", value: "billing" }, { name: "Other", value: "other" }] } })).ticket_field;
const child = (await ask("/ticket_fields.json", "POST", { ticket_field: { type: "text", title: "Invoice" } })).ticket_field;
const conditions = [{ parent_field_id: parent.id, value: "billing", child_fields: [{ id: child.id, is_required: true, required_on_statuses: { type: "SOME_STATUSES", statuses: ["solved"] } }] }];
const form = (await ask("/ticket_forms.json", "POST", { ticket_form: { name: "Conditional", end_user_visible: true, ticket_field_ids: [parent.id, child.id], agent_conditions: conditions } })).ticket_form;
same(form.agent_conditions.map((c) => [c.parent_field_id, c.value, c.child_fields[0].id, c.child_fields[0].required_on_statuses]), [[parent.id, "billing", child.id, { type: "SOME_STATUSES", statuses: ["solved"] }]]);
const without = (await ask(`/ticket_forms/${form.id}.json`, "PUT", { ticket_form: { agent_conditions: [] } })).ticket_form;
same([without.agent_conditions, without.ticket_field_ids], [[], form.ticket_field_ids]);
same((await ask(`/ticket_forms/${form.id}.json`, "PUT", { ticket_form: { agent_conditions: [{ parent_field_id: parent.id, value: "billing", child_fields: [{ id: 999999 }] }] } })).status, 422);

// locales
ok((await list(client.locales.listForAgent())).length > 0 && (await list(client.locales.listPublicLocales())).length > 0);
ok(JSON.stringify(await one(client.locales.showCurrent())).includes("en"));

// exports of the clients: what was made a moment ago is not told yet
for (const c of ["tickets", "users", "organizations", "ticketevents"]) {
  const e = await one(client[c].incremental(0));
  ok(Array.isArray([].concat(e)), c);
}
const events = await ask("/incremental/ticket_events.json?start_time=0&include=comment_events");
ok(Array.isArray(events.ticket_events) && events.end_of_stream === true, JSON.stringify(events).slice(0, 300));
same((await ask("/incremental/ticket_events.json?start_time=x")).status, 400);

// side conversations
const sideTicket = (await one(client.tickets.create({ ticket: { subject: "Needs a supplier", comment: { body: "Help" }, requester: { name: "Asks", email: "asks@acme.example" } } }))).id;
const unwrapped = async (p) => { const r = await one(p); return r.side_conversation ?? r; };
const side = await unwrapped(client.sideconversations.create(sideTicket, { message: { subject: "A part", body: "Is it in stock?", to: [{ email: "vera@supplier.example", name: "Vera" }] } }));
same([side.subject, side.state, side.participants[0].email], ["A part", "open", "vera@supplier.example"]);
await client.sideconversations.reply(sideTicket, side.id, { message: { body: "Two of them." } });
same((await unwrapped(client.sideconversations.update(sideTicket, side.id, { side_conversation: { state: "closed" } }))).state, "closed");
same((await list(client.sideconversations.list(sideTicket))).flatMap((x) => x.side_conversations ?? x).map((x) => x.id), [side.id]);
same((await unwrapped(client.sideconversations.show(sideTicket, side.id))).state, "closed");
same((await ask(`/tickets/${sideTicket}/side_conversations.json`, "POST", { message: { subject: "Nobody", body: "x" } })).status, 422);
same((await ask(`/tickets/${sideTicket}/side_conversations/${Number(side.id) + 1000}.json`)).status, 404);
