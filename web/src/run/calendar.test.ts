import { expect, test } from "vitest";
import { among, keyed, shown } from "./calendar";

const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 86_400_000;

test("whole weeks from Monday are shown", () => {
  expect(shown(day("2026-11-23"), "month")).toEqual([day("2026-10-26"), day("2026-12-07")]);
  expect(shown(day("2027-02-10"), "month")).toEqual([day("2027-02-01"), day("2027-03-01")]); // February from Monday to Sunday
  expect(shown(day("2026-11-22"), "week")).toEqual([day("2026-11-16"), day("2026-11-23")]);
});

test("a shorter month ends where it ends", () => {
  expect(among(day("2027-01-31"), "month", 1)).toBe(day("2027-02-28"));
  expect(among(day("2027-01-31"), "month", -1)).toBe(day("2026-12-31"));
  expect(among(day("2026-12-31"), "week", 1)).toBe(day("2027-01-07"));
});

test("keys move by days, weeks and months", () => {
  const d = day("2026-11-25");
  expect(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown", "a"].map((k) => keyed(d, k)))
    .toEqual([d - 1, d + 1, d - 7, d + 7, d - 2, d + 4, day("2026-10-25"), day("2026-12-25"), null]);
});
