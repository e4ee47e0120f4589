import { expect, it } from "vitest";
import type { Point } from "@/api/types";
import { fraction, labelled, periodWord, range, runs, step, targetText } from "./scale";

const p = (value: number | null): Point => ({ from: "", to: "", value, numerator: 0, denominator: 0 });
it("keeps gaps as gaps", () => expect(runs([p(1), p(2), p(null), p(4)]).map((r) => r.length)).toEqual([2, 1]));
it("holds the target and stays inside the unit", () => expect(range([p(99), p(100)], 95, true)[1]).toBe(100));
it("says the step with a real minus", () => {
  expect(step([p(95.3), p(94.1)])).toBe("−1.2 points");
  expect(step([p(null), p(94.1)])).toBeNull();
});
it("reads both ways of a target", () => {
  expect(targetText({ unit: "percent", target: { op: ">=", value: 95 } })).toBe("Target at least 95%");
  expect(targetText({ unit: "percent", target: { op: "<=", value: 35 } })).toBe("Target at most 35%");
});
it("splits a formula into a fraction", () => expect(fraction("satisfied answers / answers")).toEqual(["satisfied answers", "answers", ""]));
it("keeps a formula's remark apart", () => expect(fraction("good answers out of answers; neutral ones do not count")?.[2]).toBe("neutral ones do not count"));
it("names weeks and months and labels each month once", () => {
  const weeks = Array.from({ length: 26 }, (_, i) => ({ ...p(1), from: new Date(Date.UTC(2030, 0, 7 + 7 * i)).toISOString(), to: new Date(Date.UTC(2030, 0, 14 + 7 * i)).toISOString() }));
  expect(periodWord(weeks)).toBe("week");
  expect(labelled(weeks).map((i) => weeks[i].from.slice(5, 7))).toEqual(["02", "03", "04", "05", "06", "07"]);
  expect(periodWord([{ ...p(1), from: "2030-02-01T00:00:00Z", to: "2030-03-01T00:00:00Z" }])).toBe("month");
});
