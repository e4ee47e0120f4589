import { describe, expect, it } from "vitest";
import { date, dueLabel, duration, exact, relative, stamp } from "./time";

const tz = "Europe/Amsterdam";
const at = Date.parse("2026-08-13T13:42:00Z"); // Thursday 15:42 in Amsterdam

describe("duration", () => {
  it("speaks minutes, then hours, then days", () => {
    expect(duration(39)).toBe("39 min");
    expect(duration(82)).toBe("1 h 22 min");
    expect(duration(60)).toBe("1 h");
    expect(duration(47 * 60)).toBe("47 h");
    expect(duration(76 * 60)).toBe("3 d 4 h");
  });
  it("drops the sign", () => expect(duration(-82)).toBe("1 h 22 min"));
});

describe("relative", () => {
  it("counts up to seven days, then gives the date", () => {
    expect(relative("2026-08-13T13:41:40Z", at, tz)).toBe("just now");
    expect(relative("2026-08-13T13:30:00Z", at, tz)).toBe("12 min ago");
    expect(relative("2026-08-13T10:42:00Z", at, tz)).toBe("3 h ago");
    expect(relative("2026-08-12T08:00:00Z", at, tz)).toBe("yesterday");
    expect(relative("2026-08-09T08:00:00Z", at, tz)).toBe("4 days ago");
    expect(relative("2026-07-02T08:00:00Z", at, tz)).toBe("2 Jul");
    expect(relative("2025-07-02T08:00:00Z", at, tz)).toBe("2 Jul 2025");
  });
  it("looks ahead", () => {
    expect(relative("2026-08-13T14:30:00Z", at, tz)).toBe("in 48 min");
    expect(relative("2026-08-14T12:30:00Z", at, tz)).toBe("tomorrow");
  });
});

describe("stamp and exact", () => {
  it("uses the zone of the person", () => {
    expect(stamp("2026-08-13T07:12:00Z", at, tz)).toBe("09:12");
    expect(stamp("2026-08-12T07:12:00Z", at, tz)).toBe("yesterday 09:12");
    expect(exact("2026-08-13T13:42:00Z", tz)).toMatch(/^Thu 13 Aug 2026, 15:42 (CEST|GMT\+2)$/);
    expect(date(at, at, tz)).toBe("13 Aug");
  });
});

describe("dueLabel", () => {
  const due = (iso: string, o = {}) => dueLabel({ at: iso, breached: false, paused: false, ...o }, at, tz);
  it("shouts only when past or near", () => {
    expect(due("2026-08-13T12:20:00Z")).toEqual({ text: "1 h 22 min over", tone: "danger" });
    expect(due("2026-08-13T13:48:00Z")).toEqual({ text: "in 6 min", tone: "attention" });
    expect(due("2026-08-13T15:02:00Z")).toEqual({ text: "in 1 h 20 min", tone: "ink" });
    expect(due("2026-08-14T09:00:00Z")).toEqual({ text: "tomorrow", tone: "m3" });
  });
  it("says paused instead of a time that does not run", () => expect(due("2026-08-13T12:20:00Z", { paused: true }).text).toBe("paused"));
});
