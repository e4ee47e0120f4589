import { expect, test } from "vitest";
import type { ReplaySection } from "@/api/types";
import { aspectWord, lead, story } from "./replay";

const section = (records: number): ReplaySection => ({ records: "tickets", total: 4368, replayed: 4310, not_replayable: [], otherwise_recorded: 0, different: records, totals: [{ change: "breaches", records, sentence: "would have breached that did not" }], groups: [] });

test("the result is one sentence", () => {
  const s = lead(section(12), 90);
  expect(`${s.figure} ${s.rest}`).toBe("12 of 4,310 tickets of the last 90 days would have breached that did not.");
});
test("nothing that differs is said as plainly", () => expect(lead(section(0), 30).figure).toBe("None of 4,310 tickets"));
test("a record that had no promise says so", () => {
  const met = { state: "met", policy: "premium", target_minutes: 60, started_at: "2026-01-01T10:00:00Z", due_at: null, ended_at: "2026-01-01T10:20:00Z", breached_at: null } as const;
  expect(story({ record: { kind: "ticket", id: 1 }, before: null, after: met, sentence: "", link: "/tickets/1" })).toEqual(["no promise", "kept"]);
});
test("a field that would differ is told in its sentence", () => {
  expect(story({ record: { kind: "ticket", id: 1 }, before: { value: "normal", at: "2026-01-01T10:00:00Z" }, after: { value: "urgent", at: "2026-01-01T10:00:00Z" }, sentence: "Priority would have been urgent.", link: "/tickets/1" })).toBeNull();
  expect(["priority", "attributes.product_version", "note", "agent_work"].map(aspectWord)).toEqual(["Priority", "Product version", "Internal note", "Agent work"]);
});
