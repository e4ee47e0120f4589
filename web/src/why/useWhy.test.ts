import { expect, test } from "vitest";
import { parseWhy, titleOf, writeWhy, type WhyAt } from "./useWhy";

test("a reason in the address bar reads back as what it was", () => {
  for (const at of [{ kind: "event", id: 12 }, { kind: "clock", metric: "next_reply" }, { kind: "clock", metric: "agent_work", id: 7 }, { kind: "field", field: "tags" }, { kind: "try" }] as WhyAt[]) expect(parseWhy(writeWhy(at))).toEqual(at);
});
test("anything else in the address bar opens nothing", () => {
  for (const s of [undefined, "", "event", "folder:1", "event:1 or 2"]) expect(parseWhy(s)).toBeNull();
});
test("a field is asked for in its own number", () => {
  expect(titleOf({ kind: "field", field: "status" })).toBe("Why this status?");
  expect(titleOf({ kind: "field", field: "tags" })).toBe("Why these tags?");
});
