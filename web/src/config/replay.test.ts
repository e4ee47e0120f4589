import { expect, test } from "vitest";
import type { ReplaySection } from "@/api/configuration";
import { aspectWord, bandWord, facetWord, lead, shareName, story } from "./replay";

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
test("bands of lateness and what tickets belong to are named", () => {
  const all = [-1, 0, 60, 1440].map((over_minutes) => ({ over_minutes, before: 1, after: 1 }));
  expect(all.map((x) => bandWord(x.over_minutes, all))).toEqual(["In time", "Up to 1 h", "1 h to 1 d", "Over 1 d"]);
  expect(["team", "organization", "organization.plan"].map(facetWord)).toEqual(["Team", "Organization", "Plan"]);
  const share = { by: "organization", name: "", id: 0, title: "", records: 1, worse: 0, better: 0 };
  expect([share, { ...share, id: 7 }, { ...share, id: 7, title: "Acme" }, { ...share, name: "*" }, { ...share, by: "organization.plan" }].map(shareName)).toEqual(["No organization", "Organization 7", "Acme", "All others", "Not set"]);
});
