import { expect, it } from "vitest";
import type { Point } from "@/api/types";
import { fraction, range, runs, step, targetText } from "./scale";

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
it("splits a formula into a fraction", () => expect(fraction("satisfied answers / answers")).toEqual(["satisfied answers", "answers"]));
