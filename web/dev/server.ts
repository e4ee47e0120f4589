/** Development aid: answers the API contract from memory, slowly enough to see skeletons, with ways to provoke errors. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type * as c from "../src/api/configuration.ts";
import type * as t from "../src/api/types.ts";
import * as d from "./data.ts";

let signedIn = !process.env.STEWARD_FAKE_SIGNED_OUT;
let tries = 0;
const lines = new Map<number, t.TimelineEntry[]>();
const streams = new Set<ServerResponse>();
let pos = 1;
let generation = 14;
const page = <T>(all: T[], q: URLSearchParams) => {
  const from = Number(q.get("cursor") ?? 0), n = Math.min(100, Number(q.get("limit") ?? 50));
  return { items: all.slice(from, from + n), next: from + n < all.length ? String(from + n) : null };
};
const count = (n: number): t.Count => (n > 1000 ? { count: 1000, capped: true } : { count: n, capped: false });
const me = (): t.Me => ({ person: { id: 1, name: d.agents[0].name, email: d.agents[0].email!, time_zone: "Europe/Amsterdam" }, roles: ["admin"], can: ["ticket.read", "ticket.write", "blueprint.read", "blueprint.apply", "person.read", "person.write", "mail.read", "mail.write", "organization.read", "organization.write", "indicator.read", "team.read", "team.write", "role.write", "webhook.read", "webhook.write", "person.merge", "person.import", "person.suspend", "person.erase", "organization.merge", "organization.import", "blueprint.approve"], workspace: { name: "Sample Works", demo: true, mail_catcher: true, generation }, choices: {}, server_time: new Date().toISOString() });
class Fail { constructor(public status: number, public code: string, public detail: string, public extra: object = {}) {} }
const none = () => new Fail(404, "not_found", "There is nothing at this address.");

const views: [string, string, (r: t.TicketRow) => boolean][] = [
  ["all-open", "All open", (r) => ["new", "open"].includes(r.status)],
  ["my-open", "Mine, open", (r) => r.assignee?.id === 1 && ["new", "open"].includes(r.status)],
  ["unassigned", "Nobody's yet", (r) => !r.assignee && ["new", "open"].includes(r.status)],
  ["pending", "Waiting for customers", (r) => ["pending", "hold"].includes(r.status)],
  ["solved", "Solved", (r) => ["solved", "closed"].includes(r.status)],
  ["empty", "Escalated today", () => false],
];
const rank = (r: t.TicketRow) => (r.due ? Date.parse(r.due.at!) + (r.due.paused ? 1e12 : 0) : 9e15);
function list(q: URLSearchParams) {
  const filtered = ["status", "assignee", "team", "priority", "requester", "organization", "tag"].some((k) => q.get(k));
  const v = views.find((x) => x[0] === (q.get("view") ?? (filtered ? "" : "all-open")));
  const has = (k: string, x: unknown) => !q.get(k) || q.get(k)!.split(",").includes(String(x));
  const all = d.tickets.filter((r) => (!v || v[2](r)) && has("status", r.status) && has("priority", r.priority) && has("team", r.team?.name) && has("requester", r.requester.id) && has("organization", r.organization?.id)
    && (!q.get("tag") || r.tags.includes(q.get("tag")!)) && (!q.get("assignee") || (q.get("assignee") === "me" ? r.assignee?.id === 1 : q.get("assignee") === "none" ? !r.assignee : String(r.assignee?.id) === q.get("assignee"))));
  const sort = q.get("sort") ?? "due";
  all.sort((a, b) => (sort === "due" ? rank(a) - rank(b) : sort === "created" ? b.created_at.localeCompare(a.created_at) : b.updated_at.localeCompare(a.updated_at)));
  return { ...page(all, q), count: count(all.length), view: v ? { name: v[0], title: v[1] } : null };
}
const snoozed = new Map<number, { until: string; reason?: string }>();
const day = () => { const at = new Date(); at.setHours(24, 0, 0, 0); return at.getTime(); };
function workItem(r: t.TicketRow): t.WorkItem {
  const due = r.due?.at && !r.due.paused ? Date.parse(r.due.at) : null, put = snoozed.get(r.id), i = d.tickets.indexOf(r);
  const bucket: t.WorkBucket = due === null ? "none" : due < Date.now() ? "overdue" : due < day() ? "today" : due < day() + 3 * 864e5 ? "week" : "later";
  const why = r.assignee ? [`${d.agents[2].name} assigned it to you`, `${r.requester.name} wrote`, "You replied last"][i % 3] : `New from ${r.requester.name}`;
  return { id: r.id, kind: "ticket", kind_title: "Ticket", title: r.subject, about: r.organization?.name ?? r.requester.name, due: due === null ? null : d.iso(due), bucket, promise: r.due ? "Next reply" : "", urgency: ["low", "normal", "high", "urgent"].indexOf(r.priority),
    mine: !!r.assignee, team: r.team, subject: { kind: "ticket", id: r.id }, why: { sentence: why, event_id: 70001 + i }, state: put ? "snoozed" : "open", until: put?.until ?? null, reason: put?.reason ?? "", may_snooze: !!r.assignee, may_dismiss: false, act: "", part: "" };
}
function work(q: URLSearchParams): t.WorkPage {
  const mine = d.tickets.filter((r) => ["new", "open"].includes(r.status) && (r.assignee?.id === 1 || (!r.assignee && r.team?.name === d.teams[0].name)))
    .map(workItem).sort((a, b) => (a.due ? Date.parse(a.due) : 9e15) - (b.due ? Date.parse(b.due) : 9e15));
  const open = mine.filter((i) => i.state === "open"), put = mine.filter((i) => i.state === "snoozed"), due = q.get("due") ?? "all";
  const n = (b: string) => count(open.filter((i) => i.bucket === b).length);
  return { ...page(due === "snoozed" ? put : open.filter((i) => due === "all" || i.bucket === due), q), counts: { overdue: n("overdue"), today: n("today"), week: n("week"), later: n("later"), none: n("none"), snoozed: count(put.length), done_today: count(11) } };
}
const moves: Record<string, t.Status[]> = { new: ["open", "pending", "hold", "solved"], open: ["pending", "hold", "solved"], pending: ["open", "hold", "solved"], hold: ["open", "pending", "solved"], solved: ["open", "closed"], closed: [] };
function full(id: number): t.Ticket {
  const i = d.tickets.findIndex((r) => r.id === id);
  const r = d.tickets[i];
  if (!r) throw none();
  return { ...r, brand: { name: "main", title: "Sample Works" }, mailbox: { name: "support", address: "help@steward.example" }, followup_of: i === 3 ? 48010 : null, followups: [], clocks: d.clocks(r, i), survey: r.status === "solved" ? { state: "answered", score: 6, comment: "Quick and to the point.", at: d.iso(d.NOW - 3600_000) } : { state: "unoffered", score: null, comment: null, at: null }, waits_for: ["new", "open"].includes(r.status) ? "agent" : r.status === "pending" ? "requester" : r.status === "hold" ? "third_party" : "nobody", can: { reply: true, note: true, edit: r.status !== "closed" }, statuses: moves[r.status], submitter: null, problem_id: null, merged_into: null, hidden: "", state_since: r.updated_at, replies: 1, bounces: 0 };
}
const line = (id: number) => { if (!lines.has(id)) { const i = d.tickets.findIndex((r) => r.id === id); if (i < 0) throw none(); lines.set(id, d.timeline(d.tickets[i], i)); } return lines.get(id)!; };
function tell(kind: string, id: number, verb: string) {
  const data = JSON.stringify({ pos: ++pos, verb, subject: { kind, id }, at: new Date().toISOString(), actor_id: 1 });
  streams.forEach((s) => s.write(`event: change\nid: ${pos}\ndata: ${data}\n\n`));
}
function plan(docs: c.Document[]): c.Plan {
  const text = docs[0]?.text ?? "";
  const kind = /^kind: (\S+)/m.exec(text)?.[1] ?? "", name = /^name: (\S+)/m.exec(text)?.[1] ?? "", title = /^title: (.+)/m.exec(text)?.[1] ?? name;
  const have = d.blueprints.find((b) => b.kind === kind && b.name === name);
  const old = have ? d.slaText : null;
  const same = old === text;
  const fields = [...text.matchAll(/within: (\S+),/g)].map((m, i) => ({ path: `targets[${i}].within`, old: [...(old ?? "").matchAll(/within: (\S+),/g)][i]?.[1] ?? null, new: m[1] })).filter((f) => f.old !== f.new);
  return { base_generation: generation, counts: { added: have ? 0 : 1, changed: have && !same ? 1 : 0, removed: 0, unchanged: same ? 42 : 41, drifted: 0 }, findings: lint(docs), changes: same ? [] : [{ action: have ? "change" : "add", kind, name, title, version_from: have?.version ?? null, version_to: (have?.version ?? 0) + 1, fields, old_text: old, new_text: text }] };
}
function lint(docs: c.Document[]): c.Finding[] {
  const out: c.Finding[] = [];
  for (const doc of docs) doc.text.split("\n").forEach((l, i) => {
    const at = { kind: "sla", name: "premium", path: doc.path, line: i + 1 };
    if (/^targets:/.test(l)) out.push({ ...at, severity: "warning", column: 1, message: "First reply has no target at low priority. Low tickets run without a first reply clock.", suggestion: "Add a target for low." });
    if (/within: 2h/.test(l)) out.push({ ...at, severity: "note", column: l.indexOf("2h") + 1, message: "Two hours can fall whole inside a hand-over of regions.", suggestion: null });
    const bad = /priority: (huge|hgih)/.exec(l);
    if (bad) out.push({ ...at, severity: "error", column: l.indexOf(bad[1]) + 1, message: `There is no priority “${bad[1]}”. It is one of low, normal, high, urgent.`, suggestion: "high" });
  });
  return out;
}
const body = async (req: IncomingMessage) => { const c: Buffer[] = []; for await (const x of req) c.push(x as Buffer); return Buffer.concat(c).toString(); };

export async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const u = new URL(req.url!, "http://x"), p = u.pathname.replace("/api/v1", ""), m = req.method!, q = u.searchParams;
  const send = (status: number, v?: unknown, type = "application/json") => { res.writeHead(status, { "Content-Type": type }); res.end(v === undefined ? "" : JSON.stringify(v)); };
  if (p === "/stream") {
    res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
    res.write(": hello\n\n"); streams.add(res); req.on("close", () => streams.delete(res));
    return;
  }
  const raw = m === "GET" ? "" : await body(req);
  const b = () => (raw && req.headers["content-type"]?.includes("json") ? JSON.parse(raw) : {}) as any;
  await new Promise((r) => setTimeout(r, Number(process.env.STEWARD_FAKE_DELAY ?? 40)));
  try {
    const v = route(m, p, q, b, req);
    send(v === undefined ? 204 : m === "POST" && /^\/(tickets|people|organizations|files)$|comments$/.test(p) ? 201 : 200, v);
  } catch (e) {
    if (!(e instanceof Fail)) throw e;
    if (e.status === 429) res.setHeader("Retry-After", "120");
    send(e.status, { type: "about:blank", title: e.code, status: e.status, code: e.code, detail: e.detail, ...e.extra }, "application/problem+json");
  }
}

function route(m: string, p: string, q: URLSearchParams, b: () => any, req: IncomingMessage): unknown {
  let x: RegExpExecArray | null;
  const is = (method: string, re: RegExp) => m === method && (x = re.exec(p)) !== null;
  const id = () => Number(x![1]);
  if (is("POST", /^\/session$/)) {
    if (b().password === "busy" || ++tries > 6) throw new Fail(429, "too_many", "Too many tries.");
    if (b().password === "wrong") throw new Fail(401, "signed_out", "Wrong.");
    signedIn = true; tries = 0; return me();
  }
  if (is("DELETE", /^\/session$/)) { signedIn = false; return undefined; }
  if (!signedIn || req.headers.cookie?.includes("fake=out")) throw new Fail(401, "signed_out", "Sign in first.");
  if (req.headers.cookie?.includes("fake=broken") && !/^\/(me|views)/.test(p)) throw new Fail(503, "unavailable", "The database did not answer in time. Nothing was changed. Try again in a moment.");
  if (is("GET", /^\/me$/)) return me();
  if (is("GET", /^\/views$/)) return { items: views.map(([name, title, f], i) => ({ name, title, description: `Shows ${title.toLowerCase()}.`, count: count(d.tickets.filter(f).length), default: i === 0 })) };
  if (is("GET", /^\/work$/)) return work(q);
  if (is("POST", /^\/work\/(\d+)\/snooze$/)) { const n = id(); snoozed.set(n, b()); setTimeout(() => tell("ticket", n, "work.snoozed")); return workItem(d.tickets.find((r) => r.id === n)!); }
  if (is("DELETE", /^\/work\/(\d+)\/snooze$/)) { const n = id(); snoozed.delete(n); setTimeout(() => tell("ticket", n, "work.woken")); return workItem(d.tickets.find((r) => r.id === n)!); }
  if (is("GET", /^\/tickets$/)) return list(q);
  if (is("POST", /^\/tickets$/)) {
    const i = b(); const nid = 50000 + d.tickets.length;
    const who = d.people.find((y) => y.id === i.requester_id || y.email === i.requester?.email) ?? d.people[6];
    d.tickets.unshift({ ...d.tickets[0], id: nid, subject: i.subject, status: "new", requester: { id: who.id, name: who.name, email: who.email }, organization: who.organization, created_at: new Date().toISOString(), updated_at: new Date().toISOString(), version: 1 });
    lines.set(nid, [d.comment(Date.now(), d.agents[0], true, `<p>${i.text}</p>`)]);
    setTimeout(() => tell("ticket", nid, "ticket.created")); return full(nid);
  }
  if (is("GET", /^\/tickets\/(\d+)$/)) return full(id());
  if (is("PATCH", /^\/tickets\/(\d+)$/)) {
    const n = id(), r = d.tickets.find((y) => y.id === n), i = b();
    if (!r) throw none();
    if (i.subject?.includes("fail")) throw new Fail(503, "unavailable", "The database did not answer in time. Nothing was changed. Try again in a moment.");
    if (i.version !== r.version || i.priority === "low") { r.version++; r.status = "pending"; throw new Fail(409, "conflict", "The ticket changed since you read it.", { current: full(n) }); }
    if (i.status) r.status = i.status; if (i.priority) r.priority = i.priority; if (i.subject) r.subject = i.subject; if (i.tags) r.tags = i.tags;
    if ("assignee_id" in i) r.assignee = i.assignee_id ? { id: i.assignee_id, name: d.agents.find((a) => a.id === i.assignee_id)!.name } : null;
    if ("team" in i) r.team = d.teams.find((y) => y.name === i.team) ?? null;
    r.version++; r.updated_at = new Date().toISOString();
    line(n).push({ type: "event", id: 70000 + ++pos, at: r.updated_at, verb: "ticket.changed", actor: { kind: "person", id: 1, name: d.agents[0].name }, machine: false, why: false, sentence: `${d.agents[0].name} changed ${Object.keys(i).filter((k) => k !== "version").join(", ")}.`, changes: [] });
    setTimeout(() => tell("ticket", n, "ticket.changed")); return full(n);
  }
  if (is("GET", /^\/fields$/)) return { items: d.fields.filter((f) => f.on === q.get("on")), next: null };
  if (is("GET", /^\/forms$/)) return { items: [{ name: "request", title: "Request", description: "", default: true }, { name: "incident", title: "Incident", description: "", default: false }], next: null };
  if (is("GET", /^\/tickets\/(\d+)\/form$/)) return { form: { name: "request", title: "Request" }, fields: d.fields.filter((f) => f.on === "ticket").map((f) => ({ name: f.name, title: f.title, required: f.name === "severity", filled: false })) };
  if (is("GET", /^\/tickets\/(\d+)\/timeline$/)) return page(line(id()), q);
  if (is("POST", /^\/tickets\/(\d+)\/comments$/)) {
    const n = id(), i = b(), r = d.tickets.find((y) => y.id === n)!;
    if (i.text.includes("offline")) throw new Fail(503, "unavailable", "The server is restarting. Nothing was sent. Try again in a moment.");
    const c = d.comment(Date.now(), d.agents[0], true, `<p>${String(i.text).replace(/</g, "&lt;").replace(/\n/g, "<br>")}</p>`, { public: i.public, channel: "web", delivery: i.public ? { state: "queued", at: null, error: null, uncertain: false, not_before: null } : null });
    line(n).push(c); if (i.status) r.status = i.status; r.version++;
    setTimeout(() => tell("ticket", n, "ticket.commented")); return { comment: c, ticket: full(n) };
  }
  if (is("GET", /drafts?$/)) return null;
  if (is("PUT", /drafts?$/) || is("DELETE", /drafts?$/)) return undefined;
  if (is("POST", /^\/tickets\/(\d+)\/presence$/)) return { others: id() === d.tickets[0].id ? [{ person: d.agents[1], writing: false }, { person: d.agents[4], writing: true }] : [] };
  if (is("GET", /^\/tickets\/(\d+)\/macros$/)) return { items: d.macros };
  if (is("GET", /^\/tickets\/(\d+)\/macros\/([\w-]+)$/)) { const y = d.macros.find((y) => y.name === x![2]); if (!y) throw none(); return y; }
  if (is("POST", /^\/tickets\/(\d+)\/macros\/([\w-]+)$/)) { const n = id(), r = d.tickets.find((y) => y.id === n)!; r.version++; setTimeout(() => tell("ticket", n, "ticket.changed")); return full(n); }
  if (is("GET", /^\/triggers\/[\w-]+\/firings$/)) return { items: d.tickets.slice(0, 6).map((r, i) => ({ at: d.iso(d.NOW - i * 4e6), event_id: 80000 + i, ticket_id: r.id, stopped: i === 3 ? "cycle" : "", sentence: i === 3 ? "Stopped: a later trigger undid what it did, so both would go on for ever" : "Fired" })), next: null };
  if (is("GET", /why$/)) return d.why;
  if (is("POST", /^\/files$/)) return { id: 90000 + ++pos, filename: "uploaded.log", content_type: "text/plain", size: 2048 };
  if (is("GET", /^\/search\/completions$/)) {
    const w = (q.get("q") ?? "").split(" ").at(-1)!;
    const all = w.startsWith("status:") ? ["new", "open", "pending", "hold", "solved", "closed"].map((v) => ({ text: `status:${v}`, doc: "Where the ticket stands." })) : [["kind:", "What sort of record."], ["status:", "Where the ticket stands."], ["assignee:", "Who works on it."], ["organization:", "Whose ticket it is."], ["in:", "Where to look: title, text or notes."]].map(([text, doc]) => ({ text, doc }));
    return { items: all.filter((c) => c.text.startsWith(w)), next: null };
  }
  if (is("GET", /^\/search$/)) {
    const s = (q.get("q") ?? "").toLowerCase(), few = Number(q.get("limit") ?? 10);
    const group = (kind: string, title: string, all: { id: number; title: string; detail: string; path: string }[]) => {
      const hits = all.filter((y) => (y.title + y.detail).toLowerCase().includes(s));
      return { kind, title, count: count(hits.length), next: null, items: hits.slice(0, few).map((y) => ({ ...y, title_parts: [{ text: y.title, hit: false }], snippet: [], at: null })) };
    };
    const groups = [group("ticket", "Tickets", d.tickets.map((y) => ({ id: y.id, title: y.subject, detail: y.status, path: `/tickets/${y.id}` }))),
      group("person", "People", d.people.map((y) => ({ id: y.id, title: y.name, detail: y.email ?? "", path: `/people/${y.id}` })))];
    return { groups: groups.filter((g) => g.items.length > 0), hints: [] };
  }
  if (is("GET", /^\/people$/)) { const k = q.get("kind"), s = (q.get("q") ?? "").toLowerCase(); return page(d.people.filter((y) => (!k || y.agent === (k === "agent")) && (y.name + y.email).toLowerCase().includes(s)), q); }
  if (is("POST", /^\/people$/)) { const i = b(); if (d.people.some((y) => y.email === i.email)) throw new Fail(422, "invalid", "Someone already has this address.", { details: [{ field: "email", message: "Someone already has this address. Open them, or use another." }] }); const y = { ...d.people[10], id: 900 + d.people.length, ...i, identities: [] }; d.people.push(y); return y; }
  if (is("GET", /^\/people\/(\d+)$/)) { const n = id(); const y = d.people.find((y) => y.id === n); if (!y) throw none(); return y; }
  if (is("PATCH", /^\/people\/(\d+)$/)) { const n = id(); const y = d.people.find((y) => y.id === n)!; Object.assign(y, b(), { version: y.version + 1 }); return y; }
  if (is("GET", /^\/organizations$/)) { const s = (q.get("q") ?? "").toLowerCase(); return page(d.orgs.filter((o) => o.name.toLowerCase().includes(s)), q); }
  if (is("POST", /^\/organizations$/)) { const o = { ...d.orgs[0], id: 90 + d.orgs.length, ...b() }; d.orgs.push(o); return o; }
  if (is("GET", /^\/organizations\/(\d+)$/)) { const n = id(); const o = d.orgs.find((o) => o.id === n); if (!o) throw none(); return o; }
  if (is("PATCH", /^\/organizations\/(\d+)$/)) { const n = id(); const o = d.orgs.find((o) => o.id === n)!; Object.assign(o, b(), { version: o.version + 1 }); return o; }
  if (is("GET", /^\/tokens$/)) return { items: [{ id: 1, name: "Sample nightly export", scopes: ["ticket.read", "person.read"], created_at: new Date().toISOString(), expires_at: null, used_at: null }] };
  if (is("POST", /^\/tokens$/)) return { id: 2, created_at: new Date().toISOString(), expires_at: null, used_at: null, token: "made-up-and-worthless", ...b() };
  if (is("DELETE", /^\/tokens\//)) return undefined;
  const members = /^\/teams\/([\w-]+)\/members$/.exec(p);
  if (members && m === "PUT") { const team = d.teams.find((x) => x.name === members[1])!; team.members = d.agents.filter((a) => b().person_ids.includes(a.id)); team.version++; return team; }
  if (is("GET", /^\/teams$/)) return { items: d.teams };
  if (is("GET", /^\/blueprints$/)) return { items: d.blueprints };
  if (is("GET", /^\/blueprints\/([\w-]+)\/([\w-]+)$/)) { const k = x![1], n = x![2]; const y = d.blueprints.find((y) => y.kind === k && y.name === n); if (!y) throw none(); return { ...y, text: y.kind === "sla" ? d.slaText : d.kinds.find((z) => z.kind === y.kind)!.example.replace("example", y.name), used_by: [d.blueprints[7]], versions: Array.from({ length: y.version }, (_, i) => ({ version: y.version - i, change: 14 - i, at: d.iso(d.NOW - i * 9e8), by: d.agents[i % 6], retired: false })) }; }
  const sent = (n: number): t.Delivered => ({ id: n, message_id: `msg_${n}`, event_id: n === 1 ? null : 5000 + n, type: n === 1 ? "webhook.test" : "ticket.created", state: (["delivered", "failed", "queued"] as const)[n % 3], attempts: 1 + (n % 3), due_at: d.iso(d.NOW + 3e5), created_at: d.iso(d.NOW - n * 1e6), tried_at: d.iso(d.NOW - n * 9e5), took_ms: 83, status: n % 3 === 1 ? 500 : n % 3 ? null : 204, error: n % 3 === 2 ? "No answer within ten seconds." : "", response: n % 3 === 1 ? "{\"error\":\"out of order\"}" : "" });
  if (is("GET", /^\/webhooks$/)) return { items: (["active", "failing", "disabled"] as const).map((state, i) => ({ id: i, name: `hook-${i}`, title: `Sample warehouse ${i}`, version: 1, url: `https://hooks.sample${i}.example/steward/with/a/rather/long/path`, events: ["ticket.*"], subjects: ["ticket"], when: "", role: "observer", visibility: "public", state, failures: i * 4, failing_since: i ? d.iso(d.NOW - 8e6) : null, delivered_at: d.iso(d.NOW - 9e6), disabled_at: i === 2 ? d.iso(d.NOW) : null, disabled_why: i === 2 ? "It answered 410, which asks to stop." : "", queued: count(i), failed: count(i * 2), last: sent(3 - i) })) };
  if (is("GET", /^\/webhooks\/[\w-]+\/deliveries$/)) return { items: Array.from({ length: 12 }, (_, n) => sent(n + 1)).filter((x) => !q.get("state") || x.state === q.get("state")), next: null };
  if (is("GET", /^\/webhooks\/[\w-]+\/deliveries\/(\d+)$/)) return { ...sent(id()), request: { url: "https://hooks.sample.example/steward", headers: { "webhook-id": `msg_${id()}`, "content-type": "application/json" }, body: "{\"type\":\"ticket.created\",\"data\":{\"event_id\":71}}" } };
  if (is("POST", /^\/webhooks\//)) return sent(2);
  if (is("GET", /^\/kinds$/)) return { items: d.kinds };
  if (is("POST", /^\/lint$/)) return { findings: lint(b().documents) };
  if (is("POST", /^\/plan$/)) return plan(b().documents);
  if (is("POST", /^\/apply$/)) { const i = b(); if (i.message.includes("conflict")) throw new Fail(409, "conflict", "Another change was applied since this plan was made."); const pl = plan(i.documents); generation++; d.changes.unshift({ ...d.changes[0], number: d.changes[0].number + 1, at: new Date().toISOString(), message: i.message, counts: pl.counts, source: "screen" }); return { number: d.changes[0].number, plan: pl }; }
  if (is("GET", /^\/changes$/)) return { items: d.changes };
  if (is("GET", /^\/changes\/(\d+)$/)) { const n = id(); const c = d.changes.find((c) => c.number === n); if (!c) throw none(); return { ...c, changes: plan([{ path: "sla/premium.yaml", text: d.slaText.replace("high, within: 4h", "high, within: 2h") }]).changes }; }
  if (is("POST", /rollback$/)) { d.changes.unshift({ ...d.changes[0], number: d.changes[0].number + 1, source: "rollback", message: "Rolled back" }); return { number: d.changes[0].number }; }
  if (is("GET", /^\/indicators$/)) return { items: d.indicators };
  if (is("GET", /^\/indicators\/([\w-]+)\/records$/)) return page(d.tickets.slice(0, 56).map((r, i) => ({ ...r, score: (i % 7) + 1, comment: i % 3 ? null : "Took longer than promised.", answered_at: d.iso(d.NOW - i * 7e6) })), q);
  if (is("GET", /^\/mail\/outbox$/)) return { items: d.outbox.filter((o) => !q.get("state") || o.state === q.get("state")), next: null };
  if (is("POST", /^\/mail\/outbox\/(\d+)\/(retry|cancel)$/)) { const n = id(); const o = d.outbox.find((o) => o.id === n)!; o.state = x![2] === "retry" ? "queued" : "cancelled"; o.error = null; return o; }
  if (is("POST", /^\/mail\/outbox\/release$/)) { d.outbox.forEach((o) => o.state === "held" && (o.state = "queued")); return {}; }
  if (is("GET", /^\/mail\/received$/)) return { items: d.received.filter((o) => !q.get("state") || o.state === q.get("state")), next: null };
  if (is("POST", /^\/mail\/received\/(\d+)\/process$/)) { const n = id(); const o = d.received.find((o) => o.id === n)!; if (o.state === "unparsed") throw new Fail(422, "invalid", "It still cannot be read: the second part declares base64 but holds something else."); o.state = "ticketed"; return o; }
  if (is("GET", /^\/mail\/catcher$/)) return { items: d.caught, next: null };
  if (is("GET", /^\/mail\/catcher\/(\d+)$/)) { const n = id(); const c = d.caught.find((c) => c.id === n); if (!c) throw none(); return c; }
  if (is("POST", /^\/mail\/catcher\/(\d+)\/reply$/)) { const r = d.tickets[0]; line(r.id).push(d.comment(Date.now(), r.requester, false, `<p>${b().text}</p>`)); setTimeout(() => tell("ticket", r.id, "ticket.commented")); return {}; }
  if (is("GET", /^\/mail\/received\/(\d+)$/)) { const n = id(); const o = d.received.find((o) => o.id === n); if (!o) throw none(); return { ...o, from_name: "Made Up", recipients: ["help@steward.example"], text: "", html: "<p>Nothing arrives since Wednesday. What can we do?</p>", attachments: [{ filename: "log.txt", content_type: "text/plain", size: 2000 }], problems: [], authentication: "unverified", findings: "DMARC of org1.example failed: no aligned signature." }; }
  if (is("POST", /^\/mail\/received\/(\d+)\/discard$/)) { const n = id(); d.received.find((o) => o.id === n)!.state = "discarded"; return { count: 1 }; }
  if (is("GET", /^\/mail\/folders$/)) return { items: [{ mailbox: "support", folder: "INBOX", began: null, looked: d.iso(d.NOW - 3e6), error: "The server refused the password." }] };
  if (is("GET", /^\/mail\/suppressions$/)) return { items: [1, 2, 3].map((n) => ({ id: n, address: `gone${n}@org${n}.example`, reason: "5.1.1: mailbox unknown", since: d.iso(d.NOW - n * 9e7), outbox_id: 301, mail_id: 501 })), next: null };
  if (is("POST", /^\/mail\/suppressions\/\d+\/lift$/)) return { count: 1 };
  if (is("GET", /^\/mail\/trace$/)) return { items: [{ at: d.iso(d.NOW - 1e6), kind: "suppression", summary: "Suppressed: mailbox unknown", suppression: { id: 1, address: q.get("q"), reason: "5.1.1", since: d.iso(d.NOW), outbox_id: 301, mail_id: 501 } }, { at: d.iso(d.NOW - 2e6), kind: "bounce", summary: "Came back: mailbox unknown (5.1.1)", bounce: { at: d.iso(d.NOW), address: q.get("q"), kind: "hard", status: "5.1.1", reason: "mailbox unknown", diagnostic: "550 5.1.1 no such user", mail_id: 501, outbox_id: 301, ticket_id: 48213 } }, { at: d.iso(d.NOW - 3e6), kind: "sent", summary: "Sent", sent: d.outbox[2] }, { at: d.iso(d.NOW - 4e6), kind: "received", summary: "On ticket 48211", received: { ...d.received[2], authentication: "unverified", findings: "DMARC failed" } }], next: null };
  if (is("GET", /^\/mail\/counts$/)) return { outbox: { queued: 1, sending: 1, failed: 1, held: 1 }, received: { unparsed: 1, suspended: 2 } };
  // Development only: POST /dev/arrive makes three new tickets appear, for the "n new" bar.
  if (is("POST", /^\/dev\/arrive$/)) { const like = d.tickets.find((y) => y.id === 48209)!; for (let k = 0; k < 3; k++) { const r = { ...like, id: 60000 + d.tickets.length, subject: `Arrived just now ${k + 1}` }; d.tickets.unshift(r); tell("ticket", r.id, "ticket.created"); } return undefined; }
  throw none();
}
