import { expect, it } from "vitest";
import { fraction, lower, meets, range, step, targetText } from "./scale";

const p = (value: number | null) => ({ value });
it("holds the target and stays inside the unit", () => expect(range([p(99), p(100)], 95, true)[1]).toBe(100));
it("says the step with a real minus", () => {
  expect(step(94.1, 95.3, "percent")).toBe("−1.2 points");
  expect(step(94.1, 94.1, "percent")).toBe("as before");
  expect(step(94.1, null, "percent")).toBeNull();
});
it("reads both ways of a target", () => {
  expect(targetText({ unit: "percent", target: { op: ">=", value: 95 } })).toBe("Target at least 95%");
  expect(targetText({ unit: "hours", target: { op: "<=", value: 2 } })).toBe("Target at most 2 h");
  expect(meets({ target: { op: "<=", value: 2 } }, 2)).toBe(true);
  expect(meets({ target: null }, 2)).toBeNull();
});
it("splits a formula into a fraction", () => expect(fraction("satisfied answers / answers")).toEqual(["satisfied answers", "answers", ""]));
it("keeps a formula's remark apart", () => expect(fraction("good answers out of answers; neutral ones do not count")?.[2]).toBe("neutral ones do not count"));
it("keeps short forms upright in a sentence", () => { expect(lower("SLA met")).toBe("SLA met"); expect(lower("Good answers")).toBe("good answers"); });
