import { expect, it } from "vitest";
import type { TicketRow } from "@/api/types";
import { groupBy, groupByDue } from "./groups";

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

it("groups by what tickets have: urgent first, names by the alphabet, nobody last", () => {
  const of = (id: number, o: object) => ({ id, priority: "normal", assignee: null, ...o }) as TicketRow;
  const rows = [of(1, { assignee: { id: 7, name: "Zoe" } }), of(2, { priority: "urgent" }), of(3, { assignee: { id: 8, name: "Ada" }, priority: "low" })];
  expect(groupBy(rows, "priority").map((g) => g.title)).toEqual(["Urgent", "Normal", "Low"]);
  expect(groupBy(rows, "assignee").map((g) => [g.title, g.rows.map((r) => r.id)])).toEqual([["Ada", [3]], ["Zoe", [1]], ["Nobody", [2]]]);
});
