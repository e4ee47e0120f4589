/** Times for people: relative under seven days, exact with the zone on hover, always against the server's clock. */

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
export function fmt(t: number, o: Intl.DateTimeFormatOptions, tz = zone): string {
  const key = JSON.stringify(o) + tz;
  let f = cache.get(key);
  if (!f) cache.set(key, (f = new Intl.DateTimeFormat("en-GB", { ...o, timeZone: tz })));
  return f.format(t);
}
export const ms = (iso: string): number => Date.parse(iso);

/** The calendar day of t in the zone, as days since 1970. */
export function dayNumber(t: number, tz = zone): number {
  const [d, m, y] = fmt(t, { day: "2-digit", month: "2-digit", year: "numeric" }, tz).split("/").map(Number);
  return Math.round(Date.UTC(y, m - 1, d) / DAY);
}

export const clockTime = (t: number, tz = zone) => fmt(t, { hour: "2-digit", minute: "2-digit" }, tz);
export function zoneName(t: number, tz = zone): string {
  const s = fmt(t, { timeZoneName: "short", hour: "2-digit" }, tz);
  return s.split(" ").slice(1).join(" ") || tz;
}

/** "Thu 13 Aug 2026, 15:42 CEST" */
export function exact(iso: string, tz = zone): string {
  const t = ms(iso);
  return `${fmt(t, { weekday: "short", day: "numeric", month: "short", year: "numeric" }, tz).replace(",", "")}, ${clockTime(t, tz)} ${zoneName(t, tz)}`;
}

/** A plain date: "2 Jul", with the year when it is another one. */
export function date(t: number, at = now(), tz = zone): string {
  const same = fmt(t, { year: "numeric" }, tz) === fmt(at, { year: "numeric" }, tz);
  return fmt(t, same ? { day: "numeric", month: "short" } : { day: "numeric", month: "short", year: "numeric" }, tz);
}

/** How long, from whole minutes: "39 min", "1 h 22 min", "3 d 4 h". */
export function duration(minutes: number): string {
  const m = Math.max(0, Math.round(Math.abs(minutes)));
  if (m < 60) return `${m} min`;
  const h = Math.floor(m / 60);
  if (h < 48) return m % 60 ? `${h} h ${m % 60} min` : `${h} h`;
  const d = Math.floor(h / 24);
  return h % 24 ? `${d} d ${h % 24} h` : `${d} d`;
}

/** "just now", "12 min ago", "3 h ago", "yesterday", "4 days ago", then the date. */
export function relative(iso: string, at = now(), tz = zone): string {
  const t = ms(iso);
  const gone = at - t;
  if (gone < -MIN) return inFuture(t, at, tz);
  if (gone < MIN) return "just now";
  if (gone < HOUR) return `${Math.floor(gone / MIN)} min ago`;
  const days = dayNumber(at, tz) - dayNumber(t, tz);
  if (days === 0 || gone < 6 * HOUR) return `${Math.floor(gone / HOUR)} h ago`;
  if (days === 1) return "yesterday";
  if (days < 7) return `${days} days ago`;
  return date(t, at, tz);
}

function inFuture(t: number, at: number, tz: string): string {
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
  if (days === 1) return `yesterday ${clockTime(t, tz)}`;
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
