import { client, old, ok, refused, same } from "./clients.mjs";

const result = async (p) => { const r = await p; return r && r.result !== undefined ? r.result : r; };
const job = async (p) => {
  const r = await result(p);
  const done = await client.jobstatuses.watch(r.job_status.id, 50, 200);
  return (done.result ?? done.response?.job_status ?? done).results ?? (await result(client.jobstatuses.show(r.job_status.id))).results;
};
const me = (await result(client.users?.me?.() ?? {}).catch(() => ({}))).id;

const t = await result(client.tickets.create({ ticket: { subject: "Node", comment: { body: "Hello" }, requester: { name: "Nora", email: "nora@acme.example" }, tags: ["node"], external_id: "n-1" } }));
ok(t.id > 0 && t.status === "new" && t.external_id === "n-1", JSON.stringify(t));
same((await result(client.tickets.show(t.id))).subject, "Node");
const incident = await result(client.tickets.create({ ticket: { subject: "Problem", comment: { body: "Behind it" }, type: "problem" } }));
await result(client.tickets.update(t.id, { ticket: { problem_id: incident.id, status: "open", comment: { body: "Look", public: false } } }));
ok((await result(client.tickets.list())).length >= 2);
ok((await result(client.tickets.listRecent())).length >= 2);
same((await result(client.tickets.listIncidents(incident.id))).map((x) => x.id), [t.id]);
same((await result(client.tickets.listByUserRequested(t.requester_id))).map((x) => x.id), [t.id]);
same(await result(client.tickets.listByUserCCD(t.requester_id)), []);
same(await result(client.tickets.listAssigned(t.requester_id)), []);
same((await result(client.tickets.listWithFilter("external_id", "n-1"))).map((x) => x.id), [t.id]);
same((await result(client.tickets.listCollaborators(t.id)))[0].users, []);
same((await result(client.tickets.showMany([t.id, incident.id]))).length, 2);
ok((await result(client.tickets.listMetrics(t.id))).ticket_metric.ticket_id === t.id);
same((await result(client.tickets.getComments(t.id))).length, 2);
ok((await result(client.tickets.exportAudit(t.id))).length >= 1);
await result(client.tickets.addTags(t.id, { tags: ["more"] }));
same((await result(client.tickets.show(t.id))).tags, ["more", "node"]);
await result(client.tickets.updateTags(t.id, { tags: ["only"] }));
same((await result(client.tickets.show(t.id))).tags, ["only"]);
ok((await result(client.tags.list())).some((x) => x.name === "only"));

const audits = await result(client.ticketaudits.list(t.id));
ok(audits.some((a) => a.events.some((e) => e.type === "Change" && e.field_name === "status")), JSON.stringify(audits));
same((await result(client.ticketaudits.show(t.id, audits[0].id))).id, audits[0].id);
ok((await result(client.ticketaudits.count(t.id))).count.value >= audits.length);
ok((await result(client.ticketaudits.listAll())).length >= 0);
ok((await result(client.ticketexport.exportAudit(t.id))).length >= 1);
ok((await result(client.ticketmetrics.listAll())).length >= 2);
ok((await result(client.ticketmetrics.list(t.id))).ticket_id === t.id);
same((await result(client.ticketmetrics.show(t.id))).ticket_id, t.id);

const many = await job(client.tickets.createMany({ tickets: [{ subject: "A", comment: { body: "a" } }, { subject: "B", comment: { body: "b" } }, { subject: "C", comment: { body: "c" } }] }));
const [a, b, c] = many.map((x) => x.id);
await job(client.tickets.updateMany([a, b], { ticket: { priority: "urgent" } }));
same((await result(client.tickets.show(b))).priority, "urgent");
await job(client.tickets.merge(a, { ids: [b], target_comment: "One of two" }));
same((await result(client.tickets.show(b))).status, "closed");
await client.tickets.delete(c);
await job(client.tickets.deleteMany([a]));
ok(String((await refused(client.tickets.show(c))).message).includes("404"));

const history = await result(client.imports.ticket({ ticket: { subject: "Long ago", requester: { email: "old@acme.example", name: "Old" }, status: "solved", created_at: "2020-01-01T10:00:00Z",
  comments: [{ value: "First", created_at: "2020-01-01T10:00:00Z" }, { value: "Answer", author_id: me, created_at: "2020-01-02T10:00:00Z" }], solved_at: "2020-01-02T10:00:00Z", updated_at: "2020-01-03T10:00:00Z" } }));
same(history.created_at, "2020-01-01T10:00:00Z");
same((await result(client.tickets.getComments(history.id))).map((m) => m.created_at), ["2020-01-01T10:00:00Z", "2020-01-02T10:00:00Z"]);
const imported = await job(client.ticketimport.bulkImport([{ subject: "Bulk", comments: [{ value: "x" }] }]));
ok(imported[0].success, JSON.stringify(imported));
await result(client.ticketimport.import({ ticket: { subject: "Single", comments: [{ value: "x" }] } }));
await client.imports.ticketMany({ tickets: [{ subject: "Many", comments: [{ value: "x" }] }] });
for (let i = 0; i < 200 && !(await result(client.tickets.list())).some((x) => x.subject === "Many"); i++) await new Promise((go) => setTimeout(go, 50));

const gone = await refused(client.tickets.update(999999, { ticket: { status: "open" } }));
ok(String(gone.message).includes("404"), gone.message);
const bad = await refused(client.tickets.create({ ticket: { subject: "No message" } }));
ok(String(bad.message).includes("422"), bad.message);

const made = await old.tickets.create({ subject: "Older client", comment: { body: "Hi" } });
ok(made.ticket.id > 0, JSON.stringify(made));
same((await old.tickets.show(made.ticket.id)).subject, "Older client");
same((await old.tickets.update(made.ticket.id, { status: "pending" })).ticket.status, "pending");
ok((await old.tickets.list()).length > 0);
same((await old.tickets.list("sort_by=created_at&sort_order=desc"))[0].id, made.ticket.id);
same((await old.tickets.showMany(`${made.ticket.id},${t.id}`)).length, 2);
same(await old.tickets.delete(made.ticket.id), true);
