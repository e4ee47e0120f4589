import { expect, it } from "vitest";
import type { FigureGroup, FigurePoint } from "@/api/insight";
import { labelsOf, periodName, rangeOf, runsOf, thin, ticks } from "./axis";
import { bins, fold, paints, stack, together, waterfall, week } from "./shape";
import { axisUnit, parts, plain, say, sayChange, spell, tick } from "./unit";

const at = (from: string, value: number | null = 1, n = 1): FigurePoint => ({ from, to: from, value, numerator: value ?? 0, denominator: n, count: n });
const group = (key: string, values: (number | null)[]): FigureGroup => {
  const points = values.map((v, i) => at(new Date(Date.UTC(2030, i, 1)).toISOString(), v));
  return { key, label: key, points, total: { value: values.reduce<number>((a, v) => a + (v ?? 0), 0), numerator: 0, denominator: 0, count: 1 } };
};
const sums = { measure: "count", unit: "tickets" }, ratios = { measure: "ratio", unit: "percent" };

it("steps in round numbers over both ends", () => {
  expect(ticks(0, 97, 4)).toEqual([0, 25, 50, 75, 100]);
  expect(ticks(-3, 12, 3)).toEqual([-5, 0, 5, 10, 15]);
  expect(ticks(5, 5)).toEqual([5]);
});
it("begins bars at zero, also those of negative values", () => {
  expect(rangeOf([-4, 6], { zero: true })).toEqual({ lo: -4, hi: 6 });
  expect(rangeOf([3, 6], { zero: true }).lo).toBe(0);
});
it("keeps percentages under 100 there and holds the target", () => {
  const r = rangeOf([97, 99.9], { percent: true, target: 95 });
  expect(r.hi).toBe(100);
  expect(r.lo).toBeLessThan(95);
});
it("has a range for one value, for none and for negative ones", () => {
  expect(rangeOf([7]).hi).toBeGreaterThan(7);
  expect(rangeOf([null, null])).toEqual({ lo: 0, hi: 1 });
  expect(rangeOf([-9, -3]).lo).toBeLessThan(-9);
  expect(rangeOf([-9, -0.1]).hi).toBe(0);
});
it("keeps gaps as gaps", () => expect(runsOf([1, 2, null, 4])).toEqual([[0, 1], [3]]));
it("thins ten thousand points and loses no peak", () => {
  const v = Array.from({ length: 10_000 }, (_, i) => (i === 6543 ? 1000 : Math.sin(i)));
  const some = thin(v.map((_, i) => i), v, 800);
  expect(some.length).toBeLessThanOrEqual(804);
  expect(some).toContain(6543);
  expect(some[0]).toBe(0);
  expect(some[some.length - 1]).toBe(9999);
  expect([...some].sort((a, b) => a - b)).toEqual(some);
});
it("labels months once, with the year where it begins", () => {
  const points = Array.from({ length: 18 }, (_, i) => at(new Date(Date.UTC(2029, 6 + i, 1)).toISOString()));
  const l = labelsOf(points, "month", "UTC", 400);
  expect(l.length).toBeLessThanOrEqual(9);
  expect(l.find((x) => x.text === "Jan")?.second).toBe("2030");
});
it("gives labels of time room at every width", () => {
  for (const every of ["hour", "day", "week", "month", "quarter", "year"] as const) for (const n of [0, 1, 2, 31, 400, 10_000]) for (const width of [200, 700]) {
    const step = { hour: 3.6e6, day: 864e5, week: 6048e5, month: 2.63e9, quarter: 7.9e9, year: 3.16e10 }[every];
    const points = Array.from({ length: Math.min(n, every === "year" ? 30 : n) }, (_, i) => at(new Date(Date.UTC(2020, 0, 1) + i * step).toISOString()));
    expect(labelsOf(points, every, "UTC", width).length).toBeLessThanOrEqual(width / 40 + 1);
  }
});
it("names periods in their zone", () => {
  expect(periodName("2030-02-28T23:00:00Z", "month", "Europe/Berlin")).toBe("March 2030");
  expect(periodName("2030-01-01T00:00:00Z", "quarter", "UTC")).toBe("Q1 2030");
});
it("says values of every unit", () => {
  expect(say(95.52, "percent")).toBe("95.5%");
  expect(say(4320, "seconds")).toBe("1 h 12 min");
  expect(say(3.2, "days")).toBe("3.2 days");
  expect(say(1, "tickets")).toBe("1 ticket");
  expect(say(null, "tickets")).toBe("no data");
  expect(parts(1204.4, "tickets")).toEqual(["1,204", "tickets"]);
  expect(plain(0.0421)).toBe("0.042");
  expect(plain(-3.25)).toBe("−3.3");
  expect(spell(59 * 60 + 40)).toBe("1 h");
});
it("says a change with a real minus and points for percentages", () => {
  expect(sayChange(-1.2, "percent")).toBe("−1.2 points");
  expect(sayChange(21, "tickets")).toBe("+21 tickets");
  expect(sayChange(-540, "seconds")).toBe("−9 min");
});
it("scales an axis of time to what people count in", () => {
  expect(axisUnit("seconds", 200_000)).toEqual({ by: 86_400, title: "days", suffix: "" });
  expect(tick(12_500, 2500)).toBe("12.5k");
  expect(tick(0.25, 0.25)).toBe("0.25");
});
it("stacks upwards and downwards apart", () => {
  expect(stack([group("a", [2, -1]), group("b", [3, -2]), group("c", [null, 4])])).toEqual([[[0, 2], [0, -1]], [[2, 5], [-1, -3]], [[5, 5], [0, 4]]]);
});
it("puts small groups together where they add up, and only there", () => {
  const many = Array.from({ length: 12 }, (_, i) => group(`g${i}`, [i, i]));
  const f = fold(many, 8, sums);
  expect(f.groups).toHaveLength(8);
  expect(f.groups[7].label).toBe("5 others");
  expect(f.groups.reduce((a, g) => a + g.total.value!, 0)).toBe(many.reduce((a, g) => a + g.total.value!, 0));
  expect(fold(many, 8, ratios)).toMatchObject({ left: 4 });
});
it("takes a ratio of the sums, and no figure of what has none", () => {
  expect(together([{ value: 50, numerator: 1, denominator: 2, count: 2 }, { value: 100, numerator: 8, denominator: 8, count: 8 }], ratios).value).toBe(90);
  expect(together([{ value: 61, numerator: 0, denominator: 0, count: 3 }], { measure: "percentile", unit: "seconds" }).value).toBeNull();
});
it("counts values between borders, the last one included", () => expect(bins([0, 4, 5, 10], [0, 5, 10]).map((b) => b.count)).toEqual([2, 2]));
it("puts hours into the week of their zone", () => {
  const cells = week([at("2030-01-06T23:30:00Z", 3), at("2030-01-07T00:10:00Z", 4)], "Europe/Berlin", sums); // Monday 00:30 and 01:10 there
  expect(cells[0].value).toBe(3);
  expect(cells[1].value).toBe(4);
  expect(cells[2].value).toBeNull();
});
it("builds a waterfall whose parts sum to the change", () => {
  const p = Array.from({ length: 12 }, (_, i) => ({ key: `k${i}`, label: `k${i}`, amount: i % 2 ? i : -i }));
  const steps = waterfall(100, 106, p);
  expect(steps[0]).toMatchObject({ from: 0, to: 100, total: true });
  expect(steps.filter((s) => !s.total).reduce((a, s) => a + s.to - s.from, 0)).toBe(6);
  expect(steps[steps.length - 2].of).toHaveLength(4);
  expect(steps[steps.length - 2].to).toBe(106);
});
it("gives the same entity the same colour and no two one", () => {
  const keys = ["low", "normal", "high", "urgent", "none"];
  const a = paints(keys), b = paints([...keys].reverse());
  for (const k of keys) expect(a.get(k)).toEqual(b.get(k));
  expect(new Set([...a.values()].map((p) => p.colour)).size).toBe(5);
});
