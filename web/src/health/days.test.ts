import { expect, it } from "vitest";
import { between, daysOf, endOf } from "./days";

it("reads days from an address and passes over what is none", () => expect(daysOf({ on: "2026-03-01", from: "yesterday", to: "2026-02-31x" })).toEqual({ on: "2026-03-01", from: undefined, to: undefined }));
it("ends days in UTC, and today with now", () => {
  const now = Date.parse("2026-03-05T10:00:00Z");
  expect(endOf("2026-03-04", now)).toBe("2026-03-04T23:59:59.999Z");
  expect(endOf("2026-03-05", now)).toBeUndefined();
  expect(endOf(undefined, now)).toBeUndefined();
});
it("tells the change only forwards", () => {
  expect(between({ from: "2026-03-01" })).toBe(true);
  expect(between({ from: "2026-03-01", to: "2026-03-01" })).toBe(false);
  expect(between({ to: "2026-03-01" })).toBe(false);
});
