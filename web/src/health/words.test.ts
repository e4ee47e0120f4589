import { expect, test } from "vitest";
import { sides, signed, valueWords } from "./words";

test("points carry their sign", () => expect([signed(1.5), signed(-12.25), signed(0)]).toEqual(["+1.50", "−12.25", "0.00"]));
test("days are days, shares percent", () => {
  const days = { days: true, share: false }, share = { days: false, share: true };
  expect([valueWords(1.9, days), valueWords(0.25), valueWords(0.35, share), valueWords(0.747, share), valueWords("red"), valueWords(null, share)]).toEqual(["1 day", "0.25", "35%", "74.7%", "red", ""]);
});
test("sides tell what changed", () =>
  expect(sides({ from: { state: "scored", value: 1, colour: "yellow", points: 1 }, to: { state: "stale", value: null, colour: "", points: null } } as never)).toBe("yellow to too old"));
