import { expect, test } from "vitest";
import { begin, begun } from "./begin";

test("what a key asked for on a row is done once, with that ticket alone", () => {
  begin(7, "reply");
  expect(begun(7)).toBe("reply");
  expect(begun(7)).toBe(null);
  begin(7, "solve");
  expect(begun(8)).toBe(null);
  expect(begun(7)).toBe(null);
});
