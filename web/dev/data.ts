/** Development aid: made-up records, visibly generated, chosen to stress the screens (long words, breach, pause, RTL, 400 messages). */
import type { Summary } from "../src/api/insight.ts";
import type * as c from "../src/api/configuration.ts";
import type * as t from "../src/api/types.ts";

export const NOW = Date.now();
const MIN = 60_000, H = 60 * MIN, D = 24 * H;
export const iso = (ms: number) => new Date(ms).toISOString();
let seed = 7;
export const rnd = (n: number) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;

const first = ["Ada", "Bo", "Cleo", "Dov", "Esra", "Finn", "Gwen", "Hugo", "Iris", "Jun"];
export const agents: t.PersonRef[] = Array.from({ length: 6 }, (_, i) => ({ id: i + 1, name: `${first[i]} Agent ${i + 1}`, email: `agent${i + 1}@steward.example` }));
export const orgNames = ["Generated Rail 3", "Sample Freight 7", "Specimen Bank 2", "Generated Energy 9", "Sample Foods 4", "Specimen Health 6", "Example Optics 5", "Generated Mutual 8", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft Sample 1"];
export const orgs: t.Organization[] = orgNames.map((name, i) => ({
  id: i + 1, name, domains: [`org${i + 1}.example`, ...(i % 3 === 0 ? [`mail.org${i + 1}.example`] : [])], attributes: { plan: ["premium", "ultimate", "free"][i % 3], seats: 40 * (i + 1), region: "EMEA" },
  people_count: { count: 4 + i, capped: false }, ticket_count: { count: 12 * (i + 1), capped: false }, version: 3, created_at: iso(NOW - (300 + i * 20) * D),
}));
export const people: t.Person[] = [
  ...agents.map((a, i) => ({ id: a.id, name: a.name, email: a.email!, identities: [{ id: a.id * 10, kind: "email", value: a.email!, verified: true, primary: true }], organization: null, roles: i === 0 ? ["admin"] : ["agent"], teams: [{ name: i % 2 ? "runners" : "billing", title: i % 2 ? "Runners and build" : "Billing" }], agent: true, time_zone: "Europe/Amsterdam", created_at: iso(NOW - 400 * D), last_seen_at: iso(NOW - i * 37 * MIN), version: 1, ticket_count: { count: 0, capped: false } })),
  ...Array.from({ length: 64 }, (_, i) => {
    const id = 100 + i;
    const name = i === 5 ? "نموذج مولد 5" : i === 9 ? "A".repeat(300) : `${first[i % 10]} Sample ${i + 1}`;
    const email = `sample${i + 1}@org${(i % 8) + 1}.example`;
    return { id, name, email, identities: [{ id: id * 10, kind: "email", value: email, verified: i % 3 !== 0, primary: true }, ...(i % 4 === 0 ? [{ id: id * 10 + 1, kind: "email", value: `private${i}@mail.example`, verified: false, primary: false }] : [])], organization: i % 9 === 8 ? null : { id: (i % 9) + 1, name: orgNames[i % 9] }, roles: [], teams: [], agent: false, time_zone: null, created_at: iso(NOW - (i * 5 + 3) * D), last_seen_at: i % 5 ? iso(NOW - i * H) : null, version: 1, ticket_count: { count: i % 7, capped: false } } satisfies t.Person;
  }),
];
export const teams: t.Team[] = [{ id: 901, name: "runners", title: "Runners and build", version: 1, members: agents.slice(0, 3) }, { id: 902, name: "billing", title: "Billing", version: 1, members: agents.slice(2, 5) }, { id: 903, name: "access", title: "Access and identity", version: 1, members: agents.slice(4) }];

const subjects = ["Jobs wait 15 minutes for a runner since 17.4", "Artifacts vanish from nightly builds", "Deploy step refuses signed images", "Cache restored from another project", "Windows runner loses its service account", "Licence shows 40 seats instead of 400", "Pipeline graph empty for merged branches", "Autoscaling keeps two machines for ever", "Where do job tokens expire", "Secrets masked in one log but not another", "Retry runs against the old commit", "Move 60 runners to the new network", "Invoice 4411 names the wrong entity", "Sign-in loops after the certificate changed", "لا يمكن تسجيل الدخول بعد التحديث الأخير", "Webhook arrives twice", "Export stops at 10,000 rows", "Two-factor codes refused on one phone", "Search finds closed projects", "Mirror falls behind by a day"];
const due = (i: number): t.Due | null => {
  const mins = [-82, -14, 6, 31, 48, 60, 80, 115, 120, 130, 135, 200];
  if (i < 12) return { metric: i % 3 ? "next_reply" : "first_reply", at: iso(NOW + mins[i] * MIN), breached: mins[i] < 0, paused: false };
  if (i < 18) return { metric: "next_reply", at: iso(NOW + (20 + i * 4) * H), breached: false, paused: false };
  if (i < 20) return { metric: "next_reply", at: iso(NOW + 3 * H), breached: false, paused: true };
  if (i < 140) return { metric: "next_reply", at: iso(NOW + (i - 10) * 9 * H), breached: false, paused: false };
  return null;
};
export const tickets: t.TicketRow[] = Array.from({ length: 260 }, (_, i) => {
  const person = people[6 + (i % 64)];
  const status: t.Status = i < 12 ? (i % 4 === 3 ? "new" : "open") : i < 18 ? "open" : i < 20 ? "pending" : i < 140 ? "open" : (["solved", "closed", "pending", "hold"] as const)[i % 4];
  return {
    id: 48213 - i, subject: i === 21 ? "Word".repeat(75) : subjects[i % subjects.length] + (i >= subjects.length ? `, case ${i}` : ""), status, type: (["question", "incident", "question", "problem", "task"] as const)[i % 5], task_due_at: i % 5 === 4 ? iso(NOW + i * H) : null, priority: (["high", "normal", "urgent", "low"] as const)[i % 4],
    requester: { id: person.id, name: person.name, email: person.email }, organization: person.organization, assignee: i % 3 === 0 ? { id: 1, name: agents[0].name } : i % 3 === 1 ? { id: agents[i % 6].id, name: agents[i % 6].name } : null,
    team: i % 5 ? { name: teams[i % 3].name, title: teams[i % 3].title } : null, tags: i % 2 ? ["upgrade", "runner"] : [], channel: "mail", created_at: iso(NOW - (i * 3 + 7) * H), updated_at: iso(NOW - i * 21 * MIN), due: due(i), version: 3,
  };
});
tickets[0].assignee = { id: 1, name: agents[0].name };

const sla = { kind: "sla", name: "premium", title: "Premium support", version: 7 };
const cal = { name: "follow-the-sun", title: "Follow the sun", time_zone: "Europe/Amsterdam" };
/** Clocks telling the story of a row's due time. */
export function clocks(r: t.TicketRow, i: number): t.Clock[] {
  const start = NOW - 390 * MIN;
  const win = { from: iso(NOW - 7.5 * H), to: iso(NOW + 4.5 * H) };
  const hours = i % 4 === 1 ? [{ from: iso(NOW - 5 * H), to: iso(NOW + 2 * H) }] : [{ from: win.from, to: win.to }];
  const base = { policy: sla, calendar: cal, hours, window: win, breached_at: null, met_at: null };
  const out: t.Clock[] = [{ ...base, id: 1, metric: "first_reply", state: "met", target_minutes: 240, started_at: iso(start), due_at: iso(start + 4 * H), met_at: iso(start + 39 * MIN), elapsed_minutes: 39, left_minutes: null, intervals: [{ from: iso(start), to: iso(start + 39 * MIN), state: "running", event_id: 9001 }] }];
  if (r.due && r.due.metric === "next_reply" || i === 0) {
    const at = Date.parse(r.due!.at!);
    const from = at - 240 * MIN - 26 * MIN;
    const left = Math.round((at - NOW) / MIN);
    const ivs: t.ClockInterval[] = [{ from: iso(from), to: iso(from + 60 * MIN), state: "running", event_id: 9002 }, { from: iso(from + 60 * MIN), to: iso(from + 86 * MIN), state: "paused", event_id: 9003 }, { from: iso(from + 86 * MIN), to: r.due!.paused ? iso(NOW - 40 * MIN) : null, state: "running", event_id: 9004 }];
    if (r.due!.paused) ivs.push({ from: iso(NOW - 40 * MIN), to: null, state: "paused", event_id: 9005 });
    out.push({ ...base, id: 2, metric: "next_reply", state: r.due!.paused ? "paused" : left < 0 ? "breached" : "running", target_minutes: 240, started_at: iso(from), due_at: iso(at), breached_at: left < 0 ? iso(at) : null, elapsed_minutes: 240 - left, left_minutes: left, intervals: ivs });
  } else if (r.due) {
    const at = Date.parse(r.due.at!);
    out[0] = { ...out[0], state: at < NOW ? "breached" : "running", met_at: null, due_at: r.due.at, breached_at: at < NOW ? r.due.at : null, elapsed_minutes: 240 - Math.round((at - NOW) / MIN), left_minutes: Math.round((at - NOW) / MIN), intervals: [{ from: iso(at - 4 * H), to: null, state: "running", event_id: 9001 }] };
  }
  return out;
}

let eid = 5000;
const ev = (at: number, sentence: string, o: Partial<t.EventEntry> = {}): t.EventEntry => ({ type: "event", id: ++eid, at: iso(at), verb: "ticket.changed", actor: { kind: "rule", id: null, name: "Routing, version 4" }, machine: true, sentence, changes: [], why: true, ...o });
export const comment = (at: number, author: t.PersonRef, agent: boolean, html: string, o: Partial<t.CommentEntry> = {}): t.CommentEntry => ({ type: "comment", id: ++eid, event_id: eid + 100000, at: iso(at), author: { ...author, agent }, public: true, channel: "mail", html, text: html.replace(/<[^>]+>/g, ""), quoted_html: "", attachments: [], delivery: null, ...o });
const sent: t.Delivery = { state: "sent", at: iso(NOW - 300 * MIN), error: null, uncertain: false, not_before: null };
const back: t.Bounce = { at: iso(NOW - 290 * MIN), address: "sample1@org1.example", kind: "hard", status: "5.1.1", reason: "mailbox unknown", diagnostic: "550 5.1.1 no such user", mail_id: 501 };
const forged: t.MailRef = { id: 501, at: iso(NOW - 390 * MIN), from: "sample1@org1.example", to: ["help@steward.example"], message_id: "<in-1@org.example>", size: 4000, authentication: "unverified", findings: "DMARC of org1.example failed.", warning: "The sender could not be verified: somebody else may have written this." };

export function timeline(r: t.TicketRow, i: number): t.TimelineEntry[] {
  const a = NOW - 390 * MIN, me = agents[0], other = agents[2];
  if (i === 2) {
    const all: t.TimelineEntry[] = [];
    for (let k = 0; k < 400; k++) all.push(comment(a - (400 - k) * 47 * MIN, k % 3 === 1 ? me : r.requester, k % 3 === 1, `<p>Message ${k + 1} of a long conversation. ${"The build agent stops, starts and stops again. ".repeat(1 + (k % 4))}</p>`, { delivery: k % 3 === 1 ? sent : null }));
    return all;
  }
  const rtl = /[\u0600-\u06ff]/.test(r.subject);
  return [
    comment(a, r.requester, false, rtl ? "<p>بعد التحديث الأخير لا يستطيع أي شخص في فريقنا تسجيل الدخول. نرى رسالة خطأ 403 في كل مرة.</p>" : "<p>Since the move to 17.4 last night our four signalling pipelines wait 10 to 15 minutes for a runner. All six runners show as online. We have a release window tonight at 20:00 and cannot miss it.</p>", { mail: i === 0 ? forged : null }),
    ev(a + 2000, "Priority was set to high, because the organization's plan is premium.", { changes: [{ field: "priority", old: "normal", new: "high" }] }),
    ev(a + 2000, "Assigned to the team Runners and build.", { changes: [{ field: "team", old: null, new: { name: "runners", title: "Runners and build" } }] }),
    ev(a + 2000, `Assigned to ${other.name}, next in turn.`, { changes: [{ field: "assignee", old: null, new: { id: other.id, name: other.name } }] }),
    ev(a + 2000, "Clocks started.", { actor: { kind: "clock", id: null, name: "Premium support, version 7" }, verb: "clock.started" }),
    comment(a + 39 * MIN, other, true, "<p>Thank you, that is enough to start. Could you send the log of one runner from 07:00 to 08:00? I am looking for how long it waits between polls.</p><pre>gitlab-runner --debug run 2>&amp;1 | grep -i 'poll' --line-buffered | tee /var/log/runner-with-a-rather-long-name-0001.log</pre>", { delivery: i === 0 ? { ...sent, bounces: [back] } : sent }),
    ev(a + 39 * MIN + 500, `${other.name} set the status to Pending.`, { machine: false, why: false, verb: "ticket.status_changed", actor: { kind: "person", id: other.id, name: other.name }, changes: [{ field: "status", old: "open", new: "pending" }] }),
    comment(a + 68 * MIN, r.requester, false, '<p>Attached. It polls every 3 seconds, gets 409 each time, then several jobs arrive at the same moment.</p><p><img data-remote-src="https://images.example/signature.png" width="120" height="32"></p>', { attachments: [{ id: 71, filename: "runner-07-08.log", content_type: "text/plain", size: 2_100_000, inline: false }, { id: 72, filename: "a-screenshot-with-a-name-that-goes-on-and-on-for-a-very-long-while-2026-08-13.png", content_type: "image/png", size: 48_000, inline: false }], quoted_html: "<blockquote><p>Could you send the log of one runner from 07:00 to 08:00?</p></blockquote>" }),
    ev(a + 69 * MIN, "Set to Open, because the requester answered.", { changes: [{ field: "status", old: "pending", new: "open" }] }),
    comment(a + 142 * MIN, other, true, '<p>The 409s match <a href="https://issues.example/BUILD-7719">BUILD-7719</a>: 17.4 counts paused runners against the limit. Raising it to 12 should clear the queue until 17.4.1.</p>', { public: false, channel: "web" }),
    ...(i === 1 ? [comment(a + 150 * MIN, me, true, "<p>Please set the limit to 12.</p>", { delivery: { state: "failed", at: null, error: "The receiving server answered 550: mailbox full.", uncertain: false, not_before: null } })] : []),
    ev(a + 200 * MIN, `${other.name} is away.`, { verb: "person.away" }),
    ev(NOW - 80 * MIN, "The next reply is past due.", { actor: { kind: "clock", id: null, name: "Premium support, version 7" } }),
    ev(NOW - 79 * MIN, "Assigned to you, next in turn.", { changes: [{ field: "assignee", old: { id: 3, name: other.name }, new: { id: 1, name: me.name } }] }),
  ];
}

export const why: t.Why = {
  title: "Why is the next reply past due?", what: "It was due today at 14:20. Nobody had replied in public by then.",
  because: [{ text: "Ada Sample 1’s comment started a 4 h clock.", at: iso(NOW - 320 * MIN), link: { kind: "event", id: 5001 } }, { text: "Cleo Agent 3’s note was internal, so it did not stop it.", at: iso(NOW - 248 * MIN), link: { kind: "event", id: 5010 } }],
  rule: { blueprint: sla, change: 12, applied_by: agents[1], applied_at: iso(NOW - 40 * D), conditions: [{ text: "Plan is premium or ultimate", value: "premium", held: true }, { text: "Priority is high", value: "high", held: true }, { text: "Inside Follow the sun hours", value: "all 4 h", held: true }, { text: "Paused while Pending", value: "was Open", held: false }] },
  otherwise: ["The note at 11:34 had been a public reply.", "The priority were normal, then it would be due Fri 10:20."],
  chain: [{ event_id: 5001, at: iso(NOW - 320 * MIN), sentence: "Ada Sample 1 wrote" }, { event_id: 9002, at: iso(NOW - 320 * MIN), sentence: "The next reply clock started" }, { event_id: 9009, at: iso(NOW - 80 * MIN), sentence: "It passed its due time" }],
};

export const slaText = `# Contract terms: service description, section 4.
kind: sla
name: premium
title: Premium support
match: ticket.organization.attributes.plan in ["premium", "ultimate"]
targets:
  - { metric: first_reply, priority: urgent, within: 30m, calendar: around-the-clock }
  - { metric: first_reply, priority: high, within: 4h, calendar: follow-the-sun }
  - { metric: first_reply, priority: normal, within: 8h, calendar: follow-the-sun }
  - { metric: next_reply, priority: urgent, within: 4h, calendar: around-the-clock }
  - { metric: next_reply, priority: high, within: 4h, calendar: follow-the-sun }
  - { metric: next_reply, priority: normal, within: 24h, calendar: follow-the-sun }
pause_while: [pending, hold]
`;
export const kinds: c.Kind[] = [
  { kind: "sla", title: "Service level", summary: "How soon replies are promised, to whom, in which hours.", example: slaText.replace("premium", "example").replace("Premium support", "Example support") },
  { kind: "calendar", title: "Calendar", summary: "Working hours and holidays in one time zone.", example: "kind: calendar\nname: example\ntitle: Example hours\ntime_zone: Europe/Amsterdam\nhours:\n  mon-fri: 09:00-17:00\n" },
  { kind: "view", title: "View", summary: "A saved list of tickets.", example: "kind: view\nname: example\ntitle: Example view\nwhere: ticket.status in [\"new\", \"open\"]\n" },
  { kind: "trigger", title: "Trigger", summary: "What happens by itself when a ticket changes.", example: "kind: trigger\nname: example\ntitle: Example trigger\nwhen: ticket.created\nthen:\n  - set: { priority: high }\n" },
  { kind: "mailbox", title: "Mailbox", summary: "An address that receives and sends.", example: "kind: mailbox\nname: example\ntitle: Example mailbox\naddress: help@example.com\n" },
  { kind: "team", title: "Team", summary: "People who share a queue.", example: "kind: team\nname: example\ntitle: Example team\n" },
];
const bp = (kind: string, name: string, title: string, version: number, drifted = false): c.Blueprint => ({ kind, name, title, version, drifted, updated_at: iso(NOW - version * 3 * D), updated_by: agents[version % 6], change: 20 - version });
export const blueprints: c.Blueprint[] = [bp("sla", "premium", "Premium support", 7, true), bp("sla", "standard", "Standard support", 3), bp("calendar", "follow-the-sun", "Follow the sun", 2), bp("calendar", "around-the-clock", "Around the clock", 1), bp("view", "my-open", "Mine, open", 1), bp("view", "unassigned", "Nobody's yet", 2), bp("view", "all-open", "All open", 1), bp("trigger", "premium-is-high", "Premium tickets are high", 4), bp("trigger", "route-by-topic", "Route by topic", 11, true), bp("mailbox", "support", "Support mailbox", 2), bp("team", "runners", "Runners and build", 1), bp("team", "billing", "Billing", 1)];
const counts: c.Counts = { added: 0, changed: 2, removed: 0, unchanged: 41, drifted: 0 };
export const changes: c.Change[] = Array.from({ length: 14 }, (_, i) => ({ number: 14 - i, at: iso(NOW - i * 2.3 * D), by: i === 13 ? null : agents[i % 6], message: ["Answer high priority within 2 hours on Premium", "Route invoices to Billing", "Holiday calendar for next year", "Pause clocks while on hold"][i % 4], source: (["screen", "folder", "screen", "rollback"] as const)[i % 4], counts: i === 13 ? { ...counts, added: 43, changed: 0, unchanged: 0 } : { ...counts, changed: 1 + (i % 3) }, rolled_back_by: i === 2 ? 13 : null }));

const months = Array.from({ length: 12 }, (_, i) => { const d = new Date(NOW); return [Date.UTC(d.getUTCFullYear(), d.getUTCMonth() - 11 + i, 1), Date.UTC(d.getUTCFullYear(), d.getUTCMonth() - 10 + i, 1)]; });
function ind(name: string, title: string, formula: string, value: number, denominator: number, target: number, drift: number, small = false): Summary {
  const series = months.map(([f, to], i) => { const v = i === 3 && small ? null : Math.min(100, Math.max(0, value + drift * (i - 11) + ((i * 7) % 5) * 0.35 - (i === 11 ? 2.45 * ((11 * 7) % 5 ? 0.0 : 0) : 0))); return { from: iso(f), to: iso(to), value: v, numerator: Math.round(((v ?? 0) / 100) * denominator), denominator }; });
  series[11] = { ...series[11], value, numerator: Math.round((value / 100) * denominator) };
  const [f, to] = months[11];
  return { name, title, unit: "percent", source: "", smallest_sample: 30, owner_title: "", units: ["count", "count"], value, numerator: Math.round((value / 100) * denominator), denominator, formula, target: { op: ">=", value: target }, on_target: value >= target, period: { from: iso(f), to: iso(to), title: new Date(f).toLocaleDateString("en-GB", { month: "long", year: "numeric", timeZone: "UTC" }) }, small_sample: small, series: series.map((p) => ({ ...p, count: p.denominator })), sentence: "", excluded: "", version: 1, currency: "", direction: "up", measure: "share", owner: "", zone: "UTC", bands: [], dimensions: [], count: denominator, band: "", building: null };
}
export const indicators: Summary[] = [
  ind("service-level", "Service level achieved", "replies that met their target / replies that had a target", 95.5, 1243, 95, 0.22),
  ind("first-reply", "First replies on time", "first replies within their target / first replies that had a target", 97.2, 611, 95, 0.3),
  ind("satisfied", "Tickets satisfied", "answers of 5, 6 or 7 / answered surveys", 91.4, 186, 95, -0.4),
  ind("answered", "Surveys answered", "answered surveys / offered surveys", 31.0, 600, 25, 0.5),
  { ...ind("reopened", "Solved for good", "solved tickets not reopened in 7 days / solved tickets", 100, 6, 95, 0, true) },
  { ...ind("nothing", "Satisfaction of new customers", "answers of 5, 6 or 7 / answered surveys of organizations under 90 days", 0, 0, 95, 0, true), value: null, numerator: 0, on_target: null },
];
export const outbox: t.Outgoing[] = Array.from({ length: 12 }, (_, i) => ({ id: 300 + i, message_id: `<gen-${i}@steward.example>`, to: [people[6 + i].email!], subject: `Re: ${tickets[i].subject}`, ticket_id: tickets[i].id, state: (["failed", "queued", "sent", "sent", "sending", "held", "sent", "withheld", "sent", "sent", "sent", "sent"] as const)[i], attempts: i === 0 ? 5 : 1, not_before: i === 1 ? iso(NOW + 20_000) : null, sent_at: i > 1 ? iso(NOW - i * 13 * MIN) : null, error: i === 0 ? "The receiving server answered 550 5.2.2: mailbox full." : null, uncertain: i === 6 }));
export const received: t.Received[] = Array.from({ length: 10 }, (_, i) => ({ id: 500 + i, received_at: iso(NOW - i * 51 * MIN), from: people[6 + i].email!, to: "help@steward.example", subject: tickets[i].subject, message_id: `<in-${i}@org.example>`, size: 4000 + i * 13_000, state: (["unparsed", "suspended", "ticketed", "ticketed", "ticketed", "ignored", "ticketed", "suspended", "ticketed", "ticketed"] as const)[i], reason: [ "The second part declares base64 but holds something else.", "The sender's domain failed its own DMARC policy.", null, null, null, "An automatic answer.", null, "More than 20 messages in an hour from one address.", null, null][i], ticket_id: i % 3 ? tickets[i].id : null }));
export const caught: t.Caught[] = Array.from({ length: 7 }, (_, i) => ({ id: 700 + i, at: iso(NOW - i * 17 * MIN), from: "Support <help@steward.example>", to: people[6 + i].email!, subject: `Re: ${tickets[i].subject}`, html: "<p>Thank you, that is enough to start. Could you send the log of one runner from 07:00 to 08:00?</p><p>Ada Agent 1</p>", text: "Thank you, that is enough to start.", raw_size: 5321 }));

export const macros = [
  { name: "ask-for-version", title: "Ask for version and logs", has_text: true, internal: false, has_changes: true, blueprint_id: 41, text: "Which version do you use?", changes: [{ field: "status", old: "Open", new: "Pending" }, { field: "tags", old: "", new: "info-asked" }] },
  { name: "take-it", title: "Take it", has_text: false, internal: false, has_changes: true, blueprint_id: 42, text: "", changes: [{ field: "assignee", old: "", new: "You" }] },
  { name: "handed-over", title: "Handed over", has_text: true, internal: true, has_changes: false, blueprint_id: 43, text: "What was tried so far:", changes: [] },
];

const field = (on: t.Field["on"], name: string, title: string, type: t.FieldType, o: Partial<t.Field> = {}): t.Field => ({ name, title, help: "", on, type, options: [], pattern: "", min: null, max: null, to: "", required: false, edit: true, everyone: false, indexed: null, ...o });
export const fields: t.Field[] = [
  field("ticket", "severity", "Severity", "dropdown", { options: [{ value: "s1", title: "Production is down" }, { value: "s2", title: "Something does not work" }, { value: "s3", title: "A question" }] }),
  field("ticket", "version", "Version", "regexp", { help: "The version you use, such as 18.4.2." }), field("ticket", "areas", "Areas", "multiselect", { options: ["api", "web", "mail"].map((value) => ({ value, title: value })) }),
  field("ticket", "promised", "Promised for", "date"), field("ticket", "known_bug", "Known bug", "checkbox"), field("ticket", "root_cause", "Root cause", "textarea"), field("ticket", "like", "Same as", "lookup", { to: "ticket" }),
  field("organization", "plan", "Plan", "dropdown", { options: ["free", "premium", "ultimate"].map((value) => ({ value, title: value })) }), field("organization", "seats", "Seats", "integer", { min: 0 }), field("person", "language", "Language", "text"),
];
