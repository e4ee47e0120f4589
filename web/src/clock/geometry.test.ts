import { describe, expect, it } from "vitest";
import type { Clock } from "@/api/types";
import { hourBars, offsetOf, pieces, ticks, unite } from "./geometry";

const day = (h: string) => `2026-08-13T${h}:00Z`;
const at = (h: string) => Date.parse(day(h));
const clock = (o: Partial<Clock>): Clock => ({
  id: 1, metric: "next_reply", state: "running", policy: { kind: "sla", name: "p", title: "P", version: 1 }, target_minutes: 240,
  calendar: { name: "c", title: "C", time_zone: "UTC" }, started_at: day("08:00"), due_at: day("12:00"), met_at: null, breached_at: null,
  elapsed_minutes: 0, left_minutes: 0, intervals: [], hours: [{ from: day("06:00"), to: day("18:00") }], window: { from: day("06:00"), to: day("18:00") }, ...o,
});
const win = { from: at("06:00"), to: at("18:00") };

describe("pieces", () => {
  it("turns red at the promise and stops at the present", () => {
    const c = clock({ intervals: [{ from: day("08:00"), to: null, state: "running", event_id: 1 }] });
    expect(pieces(c, win, at("13:00")).map((p) => [p.kind, p.x, p.w])).toEqual([["run", 2 / 12, expect.closeTo(4 / 12)], ["breach", 0.5, expect.closeTo(1 / 12)]]);
  });
  it("keeps a pause whole and marks running outside the hours", () => {
    const c = clock({
      due_at: null, hours: [{ from: day("09:00"), to: day("18:00") }],
      intervals: [{ from: day("08:00"), to: day("10:00"), state: "running", event_id: 1 }, { from: day("10:00"), to: day("11:00"), state: "paused", event_id: 2 }],
    });
    expect(pieces(c, win, at("13:00")).map((p) => [p.kind, p.inHours])).toEqual([["run", false], ["run", true], ["pause", true]]);
  });
});

describe("window, hours and ticks", () => {
  it("holds the present while a clock is open", () => {
    expect(unite([clock({})], at("20:00")).to).toBeGreaterThan(at("20:00"));
    expect(unite([clock({ state: "met" })], at("20:00")).to).toBe(at("18:00"));
  });
  it("clips hours to the window", () => expect(hourBars([{ from: day("00:00"), to: day("12:00") }], win)).toEqual([{ x: 0, w: 0.5 }]));
  it("rounds to the hours of the zone", () => {
    const off = offsetOf(at("12:00"), "Europe/Amsterdam");
    expect(off).toBe(2 * 3600_000);
    expect(ticks(win, 6, off).map((x) => new Date(x.at + off).getUTCHours())).toEqual([8, 10, 12, 14, 16, 18, 20].slice(0, ticks(win, 6, off).length));
  });
});
