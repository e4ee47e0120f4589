import { expect, it } from "vitest";
import { minorOf, money, units } from "./money";

it("counts in the smallest unit of each currency", () => {
  expect([units(123450, "EUR"), units(1234, "JPY"), units(1234, "KRW"), units(1234505, "KWD"), units(12500, "IQD")]).toEqual([1234.5, 1234, 1234, 1234.505, 12.5]);
  expect([minorOf(1234.5, "eur"), minorOf(1234, "JPY"), minorOf(1234.505, "KWD"), minorOf(0.29, "USD")]).toEqual([123450, 1234, 1234505, 29]);
});
it("says them in whole units", () => {
  expect(money(1_200_000, "JPY")).toBe("JPY\u00a01,200,000");
  expect(money(1_200_000, "EUR")).toBe("EUR\u00a012,000");
  expect(money(5, "")).toBe("None");
});
