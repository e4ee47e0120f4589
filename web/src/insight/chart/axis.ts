/** Where things stand on a picture: ranges, ticks, labels of time, and fewer points where there is no room. Pure. */
import type { Every, FigurePoint } from "@/api/insight";
import { phrase } from "@/language/phrase";
import { calendar, fmt, ms } from "@/lib/time";

/** Round steps that divide lo to hi in about n parts, reaching over both ends. */
export function ticks(lo: number, hi: number, n = 4, least = 0): number[] {
  if (!(hi > lo)) return [lo];
  const raw = (hi - lo) / n, ten = 10 ** Math.floor(Math.log10(raw));
  const fit = ten * ((least ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10]).find((k) => k * ten >= raw * 0.999) ?? 10);
  const step = Math.max(least, fit);
  const out: number[] = [];
  const first = Math.floor(lo / step + 1e-9), last = Math.ceil(hi / step - 1e-9);
  for (let k = first; k <= last; k++) out.push(Number((k * step).toPrecision(12)));
  return out;
}

export interface Range { lo: number; hi: number }
/** A range that holds every value and the target. Bars and what nearly reaches zero begin at zero; a percentage that stays under 100 ends there. */
export function rangeOf(values: (number | null)[], o: { zero?: boolean; target?: number | null; percent?: boolean } = {}): Range {
  let lo = Infinity, hi = -Infinity;
  for (const v of values) if (v !== null && Number.isFinite(v)) { if (v < lo) lo = v; if (v > hi) hi = v; }
  if (o.target !== null && o.target !== undefined) { lo = Math.min(lo, o.target); hi = Math.max(hi, o.target); }
  if (lo > hi) return { lo: 0, hi: o.percent ? 100 : 1 };
  if (o.zero) { lo = Math.min(0, lo); hi = Math.max(0, hi); }
  if (lo === hi) { const air = Math.abs(lo) * 0.1 || 1; if (!o.zero) lo -= air; hi += air; }
  const air = (hi - lo) * 0.08;
  if (!o.zero) { lo = lo >= 0 && lo - air < (hi - lo) * 0.35 ? 0 : lo - air; if (hi < 0 && hi + air > 0) hi = 0; else hi += air; }
  if (o.percent && Math.max(...[hi - air].filter(Number.isFinite)) <= 100.0001) hi = Math.min(hi, 100);
  return { lo, hi };
}

/** Runs of known values by index; what is missing is a gap, never a straight line. */
export function runsOf(values: (number | null)[]): number[][] {
  const out: number[][] = [];
  let run: number[] | null = null;
  values.forEach((v, i) => {
    if (v === null) run = null;
    else if (run) run.push(i);
    else out.push((run = [i]));
  });
  return out;
}

/** The indices worth drawing when there are more points than room: the first, last, lowest and highest of each part, so that no peak is lost. */
export function thin(run: number[], values: (number | null)[], most: number): number[] {
  if (run.length <= most) return run;
  const size = run.length / Math.max(1, Math.floor(most / 4));
  const out: number[] = [];
  for (let at = 0; at < run.length; at += size) {
    const part = run.slice(Math.floor(at), Math.floor(at + size));
    if (!part.length) continue;
    let low = part[0], high = part[0];
    for (const i of part) { if (values[i]! < values[low]!) low = i; if (values[i]! > values[high]!) high = i; }
    for (const i of [...new Set([part[0], low, high, part[part.length - 1]])].sort((a, b) => a - b)) out.push(i);
  }
  return out;
}

/** The name of one period: "March 2026", "week from 2 Mar 2026", "Mon 2 Mar, 14:00". */
export function periodName(from: string, every: Every, zone: string): string {
  const t = ms(from);
  switch (every) {
    case "hour": return fmt(t, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }, zone);
    case "day": return fmt(t, { weekday: "short", day: "numeric", month: "short", year: "numeric" }, zone);
    case "week": return phrase(`week from ${fmt(t, { day: "numeric", month: "short", year: "numeric" }, zone)}`);
    case "month": return fmt(t, { month: "long", year: "numeric" }, zone);
    case "quarter": return `${quarter(t, zone)} ${fmt(t, { year: "numeric" }, zone)}`;
    case "year": return fmt(t, { year: "numeric" }, zone);
  }
}
const quarter = (t: number, zone: string) => `Q${Math.ceil(calendar(t, zone).month / 3)}`;

export interface Label { i: number; text: string; second?: string }
/** Labels under the axis of time with room between them; a year is said where it begins. */
export function labelsOf(points: Pick<FigurePoint, "from">[], every: Every, zone: string, width: number): Label[] {
  const n = points.length;
  if (n === 0) return [];
  const room = Math.max(1, Math.floor(width / (every === "hour" ? 64 : every === "day" || every === "week" ? 54 : 42)));
  const at = (i: number, o: Intl.DateTimeFormatOptions) => fmt(ms(points[i].from), o, zone);
  const starts = (o: Intl.DateTimeFormatOptions) => points.flatMap((_, i) => (i > 0 && at(i, o) !== at(i - 1, o) ? [i] : []));
  const spread = (of: number[]) => { const step = Math.ceil(of.length / room); return of.filter((_, k) => k % step === 0); };
  const all = points.map((_, i) => i);
  const monthly = every === "month" || every === "quarter" || every === "year";
  const day: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };
  if (n <= room || n === 1) return all.map((i) => named(i));
  if (every === "hour") { const days = starts(day); return days.length >= 2 ? spread(days).map((i) => ({ i, text: at(i, day) })) : spread(all).map((i) => named(i)); }
  if (!monthly) {
    const months = starts({ month: "short", year: "numeric" });
    if (months.length >= 3 && n > room * 2) return (months.length <= room * 2 ? spread(months) : spread(starts({ year: "numeric" }))).map((i) => ({ i, ...monthOf(i) }));
    return spread(all).map((i) => named(i));
  }
  if (every === "month") {
    const step = [1, 2, 3, 6, 12].find((s) => n / s <= room);
    if (step) return all.filter((i) => (Number(at(i, { month: "numeric" })) - 1) % step === 0).map((i) => named(i));
    return spread(starts({ year: "numeric" })).map((i) => ({ i, text: at(i, { year: "numeric" }) }));
  }
  return spread(all).map((i) => named(i));

  function monthOf(i: number): { text: string; second?: string } {
    const january = at(i, { month: "numeric" }) === "1" || i === 0;
    return { text: at(i, { month: "short" }), second: january ? at(i, { year: "numeric" }) : undefined };
  }
  function named(i: number): Label {
    if (every === "hour") return { i, text: at(i, { hour: "2-digit", minute: "2-digit" }) };
    if (every === "month") return { i, ...monthOf(i) };
    if (every === "quarter") return { i, text: quarter(ms(points[i].from), zone), second: i === 0 || quarter(ms(points[i].from), zone) === "Q1" ? at(i, { year: "numeric" }) : undefined };
    if (every === "year") return { i, text: at(i, { year: "numeric" }) };
    return { i, text: at(i, day) };
  }
}
