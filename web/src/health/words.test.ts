import { expect, test } from "vitest";
import { sides, signed, valueWords, whenWords } from "./words";

test("points carry their sign", () => expect([signed(1.5), signed(-12.25), signed(0)]).toEqual(["+1.50", "−12.25", "0.00"]));
test("days are days", () => expect([valueWords(1.9, true), valueWords(0.25, false), valueWords("red", false), valueWords(null, false)]).toEqual(["1 day", "0.25", "red", ""]));
test("a plain band is said in words, a long one stands as written", () =>
  expect([whenWords("value >= 0.5 && value < 0.8"), whenWords('value == "green"'), whenWords("value > 1 && account.age_days > 3")]).toEqual(["at least 0.5 and less than 0.8", "green", "value > 1 && account.age_days > 3"]));
test("sides tell what changed", () =>
  expect(sides({ from: { state: "scored", value: 1, colour: "yellow", points: 1 }, to: { state: "stale", value: null, colour: "", points: null } } as never)).toBe("yellow to too old"));
