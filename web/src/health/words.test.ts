import { expect, test } from "vitest";
import { sides, signed, valueWords } from "./words";

test("points carry their sign", () => expect([signed(1.5), signed(-12.25), signed(0)]).toEqual(["+1.50", "−12.25", "0.00"]));
test("days are days", () => expect([valueWords(1.9, true), valueWords(0.25, false), valueWords("red", false), valueWords(null, false)]).toEqual(["1 day", "0.25", "red", ""]));
test("sides tell what changed", () =>
  expect(sides({ from: { state: "scored", value: 1, colour: "yellow", points: 1 }, to: { state: "stale", value: null, colour: "", points: null } } as never)).toBe("yellow to too old"));
