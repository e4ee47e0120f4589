import { expect, test } from "vitest";
import { ticks } from "./ticks";

const at = (day: string) => Date.parse(day + "T00:00:00Z");
const days = (begin: string, end: string, most: number) => ticks(at(begin), at(end), most).map((t) => new Date(t.at).toISOString().slice(0, 10));

test("a week is marked by days", () => {
  expect(days("2026-11-02", "2026-11-09", 4)).toEqual(["2026-11-02", "2026-11-04", "2026-11-06", "2026-11-08"]);
});
test("days are marked over the end of a month too, and nothing outside", () => {
  expect(days("2026-10-30", "2026-11-02", 9)).toEqual(["2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02"]);
});
test("a year is marked by months, no more than fit", () => {
  expect(days("2025-11-20", "2026-11-20", 6)).toEqual(["2025-12-01", "2026-02-01", "2026-04-01", "2026-06-01", "2026-08-01", "2026-10-01"]);
});
