import { expect, test } from "vitest";
import { keep, kept } from "./kept";

test("what was typed comes back to the one who typed it, about what it was, for a week", () => {
  keep(7, "merge.3", "Same fault", "", 1000);
  expect(kept(7, "merge.3", 2000)).toBe("Same fault");
  expect(kept(8, "merge.3", 2000)).toBe(null);
  expect(kept(7, "merge.4", 2000)).toBe(null);
  expect(kept(7, "merge.3", 1000 + 8 * 86_400_000)).toBe(null);
});
test("what stands there from the start is not kept, but that it was emptied is", () => {
  keep(7, "known.1", "Hello, it is fixed.", "Hello");
  keep(7, "known.1", "Hello", "Hello");
  expect(kept(7, "known.1")).toBe(null);
  keep(7, "known.1", "", "Hello");
  expect(kept(7, "known.1")).toBe("");
});
test("what cannot be read is nothing", () => {
  localStorageLike("steward.kept.7.odd", "{");
  expect(kept(7, "odd")).toBe(null);
});

/** Puts a value past the module, as another version of the page would have. */
function localStorageLike(name: string, value: string) {
  (globalThis as { localStorage?: Pick<Storage, "getItem" | "setItem" | "removeItem"> }).localStorage = { getItem: (k) => (k === name ? value : null), setItem: () => {}, removeItem: () => {} };
}
