import { expect, it } from "vitest";
import type { TicketRow } from "@/api/types";
import { counted, groupByDue } from "./groups";

const at = Date.parse("2026-08-13T13:42:00Z");
const row = (id: number, iso: string | null, o = {}) => ({ id, due: iso ? { metric: "next_reply", at: iso, breached: false, paused: false, ...o } : null }) as TicketRow;

it("groups by due in the zone of the person, keeping the order within", () => {
  const groups = groupByDue(
    [row(1, "2026-08-13T12:00:00Z"), row(2, "2026-08-13T21:30:00Z"), row(3, "2026-08-13T22:30:00Z"), row(4, null), row(5, "2026-08-10T00:00:00Z", { paused: true }), row(6, "2026-08-12T00:00:00Z", { breached: true, paused: true })],
    at, "Europe/Amsterdam",
  );
  expect(groups.map((g) => [g.name, g.rows.map((r) => r.id)])).toEqual([
    ["past", [1, 6]], ["today", [2]], ["later", [3, 5]], ["none", [4]],
  ]);
});

it("groups by what tickets have stand as the server counted them, folded ones without their rows", () => {
  const of = (id: number, o: object) => ({ id, priority: "normal", assignee: null, ...o }) as TicketRow;
  const head = (key: string, count: number, more = {}) => ({ key, title: "", count: { count, capped: false }, folded: false, ...more });
  const rows = [of(2, { priority: "urgent" }), of(1, {}), of(4, { priority: "low" })];
  const said = (groups: ReturnType<typeof counted>) => groups.map((g) => [g.title, g.count, g.rows.map((r) => r.id)]);
  // The group on the end of a page begins the next one, too; a ticket that changed stands under what it is now.
  expect(said(counted(rows, [head("urgent", 1), head("high", 40, { folded: true }), head("normal", 1200), head("normal", 1200)], "priority"))).toEqual([["Urgent", "1", [2]], ["High", "40", []], ["Normal", "1,200", [1]], ["Low", "1", [4]]]);
  expect(said(counted([of(3, { assignee: { id: 8, name: "Ada" } }), of(1, {})], [head("8", 1, { title: "Ada" }), head("none", 1)], "assignee"))).toEqual([["Ada", "1", [3]], ["Nobody", "1", [1]]]);
});
