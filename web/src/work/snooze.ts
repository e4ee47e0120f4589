/** When something put off comes back: moments of the person's own days. */
import { calendar, DAY, dayNumber, timeZone } from "@/lib/time";

/** The moment it is hour o'clock, days from today, in the zone. */
export function morning(at: number, days: number, hour = 9, tz = timeZone()): number {
  const wanted = (dayNumber(at, tz) + days) * DAY + hour * 3_600_000;
  const shown = (t: number) => {
    const { hour: h, minute: m } = calendar(t, tz);
    return dayNumber(t, tz) * DAY + (h * 60 + m) * 60_000;
  };
  let t = wanted;
  for (let i = 0; i < 2; i++) t += wanted - shown(t); // twice, for a clock change in between
  return t;
}

export interface Choice { title: string; until: number }
/** What is offered, soonest first. */
export function choices(at: number, tz = timeZone()): Choice[] {
  const weekday = (dayNumber(at, tz) + 3) % 7; // Monday is 0
  const out = [
    { title: "In three hours", until: at + 3 * 3_600_000 },
    { title: "Tomorrow morning", until: morning(at, 1, 9, tz) },
    { title: "Next Monday", until: morning(at, 7 - weekday, 9, tz) },
    { title: "In two weeks", until: morning(at, 14, 9, tz) },
  ];
  return out.filter((c, i) => out.findIndex((x) => x.until === c.until) === i);
}
