/** Times that people choose: local text such as "2026-08-14T09:00" in some zone, and the moment it is. */
import { calendar, dayNumber } from "@/lib/time";

const DAY = 86_400_000;

/** A moment as a datetime-local input writes it in a zone. */
export function localOf(t: number, zone: string): string {
  const of = calendar(t, zone);
  const two = (v: number) => String(v).padStart(2, "0");
  return `${of.year}-${two(of.month)}-${two(of.day)}T${two(of.hour)}:${two(of.minute)}`;
}

/** The moment of a local text in a zone; null when it is not one. Where clocks are put forward, the hour after. */
export function atIn(text: string, zone: string): number | null {
  const utc = Date.parse(text + "Z");
  if (Number.isNaN(utc)) return null;
  let t = utc;
  for (let i = 0; i < 3; i++) {
    const off = Date.parse(localOf(t, zone) + "Z") - utc;
    if (off === 0) break;
    t -= off;
  }
  return t;
}

/** Times that are usual: in an hour, tomorrow morning, the next Monday morning. */
export function usual(now: number, zone: string): { words: string; local: string; at: number }[] {
  const hour = Math.ceil((now + 3_600_000) / 300_000) * 300_000;
  const morning = (days: number) => atIn(localOf(now + days * DAY, zone).slice(0, 11) + "09:00", zone)!;
  const weekday = (dayNumber(now, zone) + 3) % 7; // Monday is 0
  const monday = 7 - weekday;
  const out = [{ words: "In an hour", at: hour }, { words: "Tomorrow", at: morning(1) }];
  if (monday > 1) out.push({ words: "Monday", at: morning(monday) });
  return out.map((u) => ({ ...u, local: localOf(u.at, zone) }));
}
