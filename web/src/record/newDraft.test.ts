import { expect, test } from "vitest";
import { blank, keepDraft, keptDraft } from "./newDraft";

test("what was begun comes back to the one who wrote it, for a week", () => {
  keepDraft(7, { ...blank, subject: "It stops", email: "ann@acme.example" }, 1000);
  expect(keptDraft(7, 2000)).toEqual({ ...blank, subject: "It stops", email: "ann@acme.example", at: 1000 });
  expect(keptDraft(8, 2000)).toBe(null);
  expect(keptDraft(7, 1000 + 8 * 86_400_000)).toBe(null);
});
test("an address alone is not worth keeping, and what was emptied is gone", () => {
  keepDraft(9, { ...blank, text: "Help" });
  keepDraft(9, { ...blank, email: "ann@acme.example" });
  expect(keptDraft(9)).toBe(null);
});
