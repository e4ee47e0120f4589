/** Times for people: relative under seven days, exact with the zone on hover, always against the server's clock. */

import { language, locale } from "@/language/language";

let skew = 0;
let zone: string = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Tells the module what time the server has and which zone the person lives in. */
export function setClock(serverTime: string, timeZone: string | null): void {
  skew = Date.parse(serverTime) - Date.now();
  if (timeZone) {
    try {
      new Intl.DateTimeFormat("en-GB", { timeZone });
      zone = timeZone;
    } catch {
      // an unknown zone: the browser's stays
    }
  }
}
export const now = (): number => Date.now() + skew;
export const timeZone = (): string => zone;

const MIN = 60_000;
const HOUR = 60 * MIN;
export const DAY = 24 * HOUR;

const cache = new Map<string, Intl.DateTimeFormat>();
function formatter(o: Intl.DateTimeFormatOptions, tz: string, as: string): Intl.DateTimeFormat {
  const key = as + JSON.stringify(o) + tz;
  let f = cache.get(key);
  if (!f) cache.set(key, (f = new Intl.DateTimeFormat(as, { ...o, timeZone: tz })));
  return f;
}
/** A time as it is written where the person lives. */
export const fmt = (t: number, o: Intl.DateTimeFormatOptions, tz = zone): string => formatter(o, tz, locale()).format(t);
/** A moment by the calendar and the clock of a zone, as plain numbers: for reckoning, whatever the language. */
export function calendar(t: number, tz = zone): Record<"year" | "month" | "day" | "hour" | "minute", number> {
  const all = formatter({ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", hourCycle: "h23" }, tz, "en-GB").formatToParts(t);
  return Object.fromEntries(all.map((p) => [p.type, Number(p.value)])) as ReturnType<typeof calendar>;
}
export const english = (): boolean => language.lang.startsWith("en");
export const ms = (iso: string): number => Date.parse(iso);

/** How far a zone's clocks were ahead of UTC, by the quarter of an hour: they change at none other. Lists ask for thousands of times. */
const ahead = new Map<string, number>();
const QUARTER = 15 * MIN;

/** The calendar day of t in the zone, as days since 1970. */
export function dayNumber(t: number, tz = zone): number {
  const from = Math.floor(t / QUARTER) * QUARTER, key = tz + from;
  let by = ahead.get(key);
  if (by === undefined) {
    const of = calendar(from, tz);
    by = Date.UTC(of.year, of.month - 1, of.day, of.hour, of.minute) - from;
    if (ahead.size > 20_000) ahead.clear();
    ahead.set(key, by);
  }
  return Math.floor((t + by) / DAY);
}

export const clockTime = (t: number, tz = zone) => fmt(t, { hour: "2-digit", minute: "2-digit" }, tz);
export function zoneName(t: number, tz = zone): string {
  return formatter({ timeZoneName: "short", hour: "2-digit" }, tz, locale()).formatToParts(t).find((p) => p.type === "timeZoneName")?.value ?? tz;
}

/** "Thu 13 Aug 2026, 15:42 CEST" */
export function exact(iso: string, tz = zone): string {
  const t = ms(iso);
  if (locale() !== "en-GB") return fmt(t, { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" }, tz);
  return `${fmt(t, { weekday: "short", day: "numeric", month: "short", year: "numeric" }, tz).replace(",", "")}, ${clockTime(t, tz)} ${zoneName(t, tz)}`;
}

/** A plain date: "2 Jul", with the year when it is another one. Lists say the same days again and again. */
export function date(t: number, at = now(), tz = zone): string {
  const key = `${dayNumber(t, tz)} ${dayNumber(at, tz)} ${tz} ${locale()}`;
  let said = dates.get(key);
  if (said === undefined) {
    const same = fmt(t, { year: "numeric" }, tz) === fmt(at, { year: "numeric" }, tz);
    said = fmt(t, same ? { day: "numeric", month: "short" } : { day: "numeric", month: "short", year: "numeric" }, tz);
    if (dates.size > 20_000) dates.clear();
    dates.set(key, said);
  }
  return said;
}
const dates = new Map<string, string>();

/** How long, from whole minutes: "39 min", "1 h 22 min", "3 d 4 h". */
export function duration(minutes: number): string {
  const m = Math.max(0, Math.round(Math.abs(minutes)));
  if (!english()) return spelt(m);
  if (m < 60) return `${m} min`;
  const h = Math.floor(m / 60);
  if (h < 48) return m % 60 ? `${h} h ${m % 60} min` : `${h} h`;
  const d = Math.floor(h / 24);
  return h % 24 ? `${d} d ${h % 24} h` : `${d} d`;
}

/** How much working time, from whole minutes, never in days: "39 min", "1 h 22 min", "60 h". */
export function worked(minutes: number): string {
  const h = Math.floor(minutes / 60), m = minutes % 60;
  if (!english()) return [h > 0 && unit(h, "hour"), (m > 0 || h === 0) && unit(m, "minute")].filter(Boolean).join(" ");
  return h === 0 ? `${m} min` : m === 0 ? `${h} h` : `${h} h ${m} min`;
}

/** A value with the short word of its unit, as other languages write it. */
export const unit = (v: number, of: string): string => new Intl.NumberFormat(locale(), { style: "unit", unit: of, unitDisplay: "short", maximumFractionDigits: 1 }).format(v);
/** How long, as other languages write it. */
function spelt(m: number): string {
  const [big, small, most] = m < 48 * 60 ? ["hour", "minute", 60] as const : ["day", "hour", 1440] as const;
  if (m < 60) return unit(m, "minute");
  const rest = Math.floor((m % most) / (most / (big === "hour" ? 60 : 24)));
  return rest ? `${unit(Math.floor(m / most), big)} ${unit(rest, small)}` : unit(Math.floor(m / most), big);
}
/** How long ago, or in how long, as other languages say it. */
const ago = (v: number, unit: Intl.RelativeTimeFormatUnit): string => new Intl.RelativeTimeFormat(locale(), { numeric: "auto", style: "short" }).format(v, unit);

/** "just now", "12 min ago", "3 h ago", "yesterday", "4 days ago", then the date. */
export function relative(iso: string, at = now(), tz = zone): string {
  const t = ms(iso);
  const gone = at - t;
  if (gone < -MIN) return inFuture(t, at, tz);
  if (!english()) return foreign(t, at, tz);
  if (gone < MIN) return "just now";
  if (gone < HOUR) return `${Math.floor(gone / MIN)} min ago`;
  const days = dayNumber(at, tz) - dayNumber(t, tz);
  if (days === 0 || gone < 6 * HOUR) return `${Math.floor(gone / HOUR)} h ago`;
  if (days === 1) return "yesterday";
  if (days < 7) return `${days} days ago`;
  return date(t, at, tz);
}

function foreign(t: number, at: number, tz: string): string {
  const gone = at - t, days = dayNumber(at, tz) - dayNumber(t, tz);
  if (Math.abs(gone) < MIN) return ago(0, "second");
  if (Math.abs(gone) < HOUR) return ago(-Math.trunc(gone / MIN), "minute");
  if (days === 0 || Math.abs(gone) < 6 * HOUR) return ago(-Math.trunc(gone / HOUR), "hour");
  return Math.abs(days) < 7 ? ago(-days, "day") : date(t, at, tz);
}

function inFuture(t: number, at: number, tz: string): string {
  if (!english()) return foreign(t, at, tz);
  const left = t - at;
  const days = dayNumber(t, tz) - dayNumber(at, tz);
  if (days === 0 || left < 3 * HOUR) return `in ${duration(Math.max(1, left / MIN))}`;
  if (days === 1) return "tomorrow";
  if (days < 7) return fmt(t, { weekday: "short" }, tz);
  return date(t, at, tz);
}

/** When something was said: "09:12", "yesterday 09:12", "Mon 09:12", "2 Jul, 09:12". */
export function stamp(iso: string, at = now(), tz = zone): string {
  const t = ms(iso);
  const days = dayNumber(at, tz) - dayNumber(t, tz);
  if (days === 0) return clockTime(t, tz);
  if (days === 1) return english() ? `yesterday ${clockTime(t, tz)}` : `${ago(-1, "day")} ${clockTime(t, tz)}`;
  if (days > 0 && days < 7) return `${fmt(t, { weekday: "short" }, tz)} ${clockTime(t, tz)}`;
  return `${date(t, at, tz)}, ${clockTime(t, tz)}`;
}

export type Tone = "danger" | "attention" | "ink" | "m3";
/** A due time for a list: what it says and how loud. */
export function dueLabel(due: { at: string | null; breached: boolean; paused: boolean }, at = now(), tz = zone): { text: string; tone: Tone } {
  if (due.at === null) return due.breached ? { text: "past due", tone: "danger" } : { text: "paused", tone: "m3" };
  const t = ms(due.at);
  if (due.breached || (!due.paused && t <= at)) {
    const over = (at - t) / MIN;
    return { text: over >= 48 * 60 ? `${Math.floor(over / 1440)} days over` : `${duration(Math.max(1, over))} over`, tone: "danger" };
  }
  if (due.paused) return { text: "paused", tone: "m3" };
  const left = (t - at) / MIN;
  const today = dayNumber(t, tz) === dayNumber(at, tz) || left < 180;
  return { text: inFuture(t, at, tz), tone: left < 45 ? "attention" : today ? "ink" : "m3" };
}
