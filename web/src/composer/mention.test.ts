import { expect, test } from "vitest";
import { handleOf, named, naming } from "./mention";

test("a name is being typed after an @ that begins a word", () => {
  expect(naming("Ask @to", 7)).toEqual({ from: 4, word: "to" });
  expect(naming("@", 1)).toEqual({ from: 0, word: "" });
  expect(naming("(@ann.b", 7)).toEqual({ from: 1, word: "ann.b" });
});

test("addresses and words after a name are none", () => {
  expect(naming("ann@acme", 8)).toBeNull();
  expect(naming("Ask @tom now", 12)).toBeNull();
  expect(naming("nothing", 4)).toBeNull();
});

test("the name takes the place of what was typed", () => {
  expect(named("Ask @to", 4, 7, "tom")).toEqual({ text: "Ask @tom ", caret: 9 });
  expect(named("Ask @to now", 4, 7, "tom")).toEqual({ text: "Ask @tom now", caret: 9 });
});

test("a colleague is named by their address", () => {
  expect(handleOf("Tom.B@company.example")).toBe("tom.b");
  expect(handleOf(null)).toBe("");
});
