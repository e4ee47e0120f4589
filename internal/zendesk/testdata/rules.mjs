// Every method of node-zendesk for rules: triggers, automations, macros, views, policies.
import { client, ok, old, refused, same, token, url } from "./clients.mjs";

const one = async (p) => { const r = await p; const v = r.result ?? r; return v.macro ?? v.sla_policy ?? v.sla_policies ?? v; };
const pages = async (p) => { const r = await one(p); return [].concat(r).flatMap((v) => v.sla_policies ?? [v]); };
const names = (list) => list.map((r) => r.title ?? r.name);
const field = (id) => ({ field: `custom_fields_${id}`, operator: "is", value: "x" });

// Triggers
const groups = await one(client.groups.list());
const made = await one(client.triggers.create({ trigger: { title: "Angry customers", description: "Loud ones",
  conditions: { all: [{ field: "update_type", operator: "is", value: "Create" }, { field: "status", operator: "less_than", value: "solved" }, { field: "current_tags", operator: "includes", value: "angry loud" },
    { field: "group_id", operator: "is", value: String(groups[0].id) }], any: [{ field: "priority", operator: "is", value: "low" }, { field: "subject_includes_word", operator: "includes", value: "outage" }] },
  actions: [{ field: "priority", value: "high" }, { field: "current_tags", value: "escalated" }, { field: "notification_user", value: ["requester_id", "We saw {{ticket.title}}", "Hello {{ticket.requester.name}}"] }] } }));
ok(made.id > 0 && made.active && made.url.endsWith(`/triggers/${made.id}.json`), JSON.stringify(made));
same(made.conditions.all.map((c) => [c.field, c.operator, c.value]), [["update_type", "is", "Create"], ["status", "less_than", "solved"], ["current_tags", "includes", "angry loud"], ["group_id", "is", groups[0].id]].map((c) => c));
same(made.conditions.any.map((c) => c.field), ["priority", "subject_includes_word"]);
ok(made.actions.some((a) => a.field === "notification_user" && a.value[1] === "We saw {{ticket.title}}"), JSON.stringify(made.actions));
same((await one(client.triggers.show(made.id))).title, "Angry customers");
ok(names(await one(client.triggers.list())).includes("Angry customers"));
ok(names(await one(client.triggers.listActive())).includes("Angry customers"));
same(names(await one(client.triggers.search("angry"))).length >= 0, true);
const changed = await one(client.triggers.update(made.id, { trigger: { title: "Angry people", active: false } }));
same([changed.title, changed.active], ["Angry people", false]);
same(changed.conditions, made.conditions);
ok(!names(await one(client.triggers.listActive())).includes("Angry people"));
await client.triggers.updateMany([{ id: made.id, position: 7, active: true }]);
same((await one(client.triggers.show(made.id))).position, 7);
const all = await one(client.triggers.list());
const order = all.map((t) => t.id).reverse();
await client.triggers.reorder(order);
same((await one(client.triggers.list())).map((t) => t.id), order);
ok((await one(client.triggers.definitions())).length !== 0);
const revisions = await one(client.triggers.listRevisions(made.id));
ok((revisions[0]?.trigger_revisions ?? revisions).length >= 3, JSON.stringify(revisions).slice(0, 300));
ok((await one(client.triggers.showRevision(made.id, 1))));
await client.triggers.delete(made.id);
ok(String((await refused(client.triggers.show(made.id))).message).includes("404"));
const bad = await refused(client.triggers.create({ trigger: { title: "No", conditions: { all: [{ field: "mood", operator: "is", value: "bad" }] }, actions: [] } }));
ok(String(bad.message).includes("422"), bad.message);

// Automations
const auto = await one(client.automations.create({ automation: { title: "Close after four days", conditions: { all: [{ field: "SOLVED", operator: "is", value: "96" }, { field: "current_tags", operator: "not_includes", value: "keep" }] }, actions: [{ field: "status", value: "closed" }] } }));
same(auto.conditions.all, [{ field: "SOLVED", operator: "is", value: "96" }, { field: "current_tags", operator: "not_includes", value: "keep" }]);
same((await one(client.automations.show(auto.id))).title, "Close after four days");
ok(names(await one(client.automations.list())).includes("Close after four days"));
ok(names(await one(client.automations.listActive())).includes("Close after four days"));
same((await one(client.automations.update(auto.id, { automation: { title: "Close later", conditions: { all: [{ field: "SOLVED", operator: "is", value: 120 }] } } }))).conditions.all, [{ field: "SOLVED", operator: "is", value: "120" }]);
await client.automations.updateMany([{ id: auto.id, position: 3 }]);
same((await one(client.automations.show(auto.id))).position, 3);
await client.automations.reorder((await one(client.automations.list())).map((a) => a.id));
await client.automations.delete(auto.id);
ok(String((await refused(client.automations.show(auto.id))).message).includes("404"));

// Macros
const macro = await one(client.macros.create({ macro: { title: "Billing::Refund", actions: [{ field: "status", value: "pending" }, { field: "comment_value", value: ["channel:all", "Hello {{ticket.requester.name}}, on its way."] }, { field: "comment_mode_is_public", value: "true" }] } }));
ok(macro.actions.some((a) => a.field === "comment_value" && a.value[1].startsWith("Hello {{ticket.requester.name}}")), JSON.stringify(macro.actions));
same((await one(client.macros.show(macro.id))).title, "Billing::Refund");
ok(names(await one(client.macros.list())).includes("Billing::Refund"));
ok(names(await one(client.macros.listActive())).includes("Billing::Refund"));
ok(JSON.stringify(await one(client.macros.categories())).includes("Billing"));
const applied = await one(client.macros.apply(macro.id));
ok(JSON.stringify(applied).includes("on its way"), JSON.stringify(applied));
same((await one(client.macros.update(macro.id, { macro: { title: "Billing::Money back", active: false } }))).active, false);
const take = await one(client.macros.update(macro.id, { macro: { active: true } }));
const oldMacros = await old.macros?.list?.();
if (oldMacros) ok(Array.isArray(oldMacros.macros ?? oldMacros));

// Views
const view = await one(client.views.create({ view: { title: "Mine, urgent", all: [{ field: "status", operator: "less_than", value: "solved" }, { field: "assignee_id", operator: "is", value: "current_user" }, { field: "priority", operator: "is", value: "urgent" }], output: { columns: ["subject"], sort_by: "updated" } } }));
same(view.execution.sort_by, "updated");
same(view.conditions.all.map((c) => c.field).sort(), ["assignee_id", "priority", "status"]);
ok(names(await one(client.views.list())).includes("Mine, urgent"));
ok(names(await one(client.views.listActive())).includes("Mine, urgent"));
ok(names(await one(client.views.listCompact())).includes("Mine, urgent"));
ok(names(await one(client.views.listActiveShared())).includes("Mine, urgent"));
same((await one(client.views.showCount(view.id))).value ?? (await one(client.views.showCount(view.id))).view_count?.value, 0);
ok(JSON.stringify(await one(client.views.showCounts(String(view.id)))).includes(String(view.id)));
same((await one(client.views.update(view.id, { view: { title: "Urgent, mine" } }))).conditions, view.conditions);
same((await one(client.views.show(view.id))).title, "Urgent, mine");
const ticket = await one(client.tickets.create({ ticket: { subject: "Now", priority: "urgent", assignee_id: (await one(client.users.me())).id, comment: { body: "Now" } } }));
ok(JSON.stringify(await one(client.views.tickets(view.id))).includes('"subject":"Now"'));
ok(JSON.stringify(await one(client.views.execute(view.id, {}))).includes(String(view.id)));
const rows = await (await fetch(`${url}/api/v2/views/${view.id}/execute.json?page[size]=1`, { headers: { Authorization: `Bearer ${token}` } })).json();
same([rows.rows.length, rows.rows[0].ticket.subject, rows.meta.has_more], [1, "Now", false]);
ok(JSON.stringify(await one(client.macros.applyTicket((ticket.ticket ?? ticket).id, take.id))).includes("on its way"));
await client.views.reorder((await one(client.views.list())).map((v) => v.id));

await client.macros.delete(take.id);

// Policies
const policy = await one(client.policies.create({ sla_policy: { title: "Incidents", filter: { all: [{ field: "type", operator: "is", value: "incident" }], any: [] }, policy_metrics: [{ priority: "urgent", metric: "first_reply_time", target: 30, business_hours: false }, { priority: "high", metric: "first_reply_time", target: 240, business_hours: true }] } }));
same(policy.policy_metrics.map((m) => [m.priority, m.metric, m.target, m.business_hours]), [["high", "first_reply_time", 240, true], ["urgent", "first_reply_time", 30, false]]);
same((await one(client.policies.show(policy.id))).filter.all, [{ field: "type", operator: "is", value: "incident" }]);
ok(names(await pages(client.policies.list())).includes("Incidents"));
same((await one(client.policies.update(policy.id, { sla_policy: { title: "All incidents" } }))).title, "All incidents");
await client.policies.reorder((await pages(client.policies.list())).map((p) => p.id).reverse());
ok(await one(client.policies.getDefinitions()));
await client.policies.delete(policy.id);
