import { expect, test } from "vitest";
import { asView, pieces, toLookUp } from "./asView";

const of = (q: string, meant = {}) => asView(pieces(q), 7, meant);

test("text is taken apart as the server does", () => {
  expect(pieces('org:"Sample Ban" -status:solved "stops halfway" https://x.example Re:').map((p) => [p.not, p.name, p.value])).toEqual([
    [false, "org", "Sample Ban"], [true, "status", "solved"], [false, "", '"stops halfway"'], [false, "", "https://x.example"], [false, "", "Re:"],
  ]);
  expect(toLookUp(pieces("org:acme org:12 assignee:me requester:ann@x.example")).map((p) => p.value)).toEqual(["acme", "ann@x.example"]);
});
test("what a list can be narrowed by is held", () => {
  expect(of("status:open org:acme sla:<2h", { "org:acme": [3] })).toEqual({ filter: { status: "open", organization: "3", filter: 'ticket.due <= now + duration("2h")' }, left: [], narrowed: false });
  expect(of("-status:solved,closed priority:high,urgent team:support assignee:me tag:vpn -tag:spam").filter).toEqual({
    status: "new,open,pending,hold", priority: "high,urgent", team: "support", assignee: "me", tag: "vpn", filter: '!("spam" in ticket.tags)',
  });
  expect(of("is:late,unassigned").filter).toEqual({ status: "new,open,pending,hold", assignee: "none", filter: "ticket.due < now" });
  expect(of("is:done created:2026-01-31").filter).toEqual({ status: "solved,closed", sort: "updated", filter: 'ticket.created >= timestamp("2026-01-31T00:00:00Z") && ticket.created < timestamp("2026-02-01T00:00:00Z")' });
});
test("what a view cannot hold is left out and named", () => {
  expect(of("invoice in:notes status:open -org:acme org:a", { "org:a": [1, 2], "org:acme": [1] })).toEqual({ filter: { status: "open" }, left: ["invoice", "in:notes", "-org:acme", "org:a"], narrowed: false });
  expect(of("kind:person status:open").left).toEqual(["kind:person"]);
});
test("a condition that no index finds is kept to what needs work, and said", () => {
  expect(of("updated:<7d")).toEqual({ filter: { status: "new,open,pending,hold", filter: 'ticket.updated >= now - duration("168h")' }, left: [], narrowed: true });
  expect(of("updated:<7d team:support")).toEqual({ filter: { team: "support", sort: "updated", filter: 'ticket.updated >= now - duration("168h")' }, left: [], narrowed: false });
});
