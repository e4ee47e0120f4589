/** Where things stand on a clock strip, as fractions of its window. Pure, so it can be checked with numbers. */
import type { Clock, Span } from "@/api/types";

export type PieceKind = "run" | "pause" | "breach";
export interface Piece { kind: PieceKind; x: number; w: number; from: number; to: number; inHours: boolean; event: number }
export interface Win { from: number; to: number }

const t = (iso: string) => Date.parse(iso);
export const frac = (at: number, w: Win): number => Math.min(1, Math.max(0, (at - w.from) / (w.to - w.from)));

/** One window for several clocks, never empty, always holding the present when a clock is open. */
export function unite(clocks: Clock[], now: number): Win {
  const from = Math.min(...clocks.map((c) => t(c.window.from)));
  let to = Math.max(...clocks.map((c) => t(c.window.to)));
  if (clocks.some((c) => c.state === "running" || c.state === "breached" || c.state === "paused")) to = Math.max(to, now + (now - from) * 0.04);
  return { from, to: Math.max(to, from + 60_000) };
}

/** The opening hours as bars. */
export function hourBars(hours: Span[], w: Win): { x: number; w: number }[] {
  return hours
    .map((h) => ({ a: Math.max(t(h.from), w.from), b: Math.min(t(h.to), w.to) }))
    .filter((h) => h.b > h.a)
    .map((h) => ({ x: frac(h.a, w), w: frac(h.b, w) - frac(h.a, w) }));
}

/** The intervals cut at the promise and at the edges of the opening hours, so each piece has one meaning. */
export function pieces(c: Clock, w: Win, now: number): Piece[] {
  const due = c.due_at ? t(c.due_at) : Infinity;
  const cuts = [due, ...c.hours.flatMap((h) => [t(h.from), t(h.to)])].filter(Number.isFinite);
  const open = (at: number) => c.hours.some((h) => t(h.from) <= at && at < t(h.to));
  const out: Piece[] = [];
  for (const i of c.intervals) {
    const a = Math.max(t(i.from), w.from);
    const b = Math.min(i.to ? t(i.to) : now, w.to);
    if (b <= a) continue;
    const edges = [a, ...cuts.filter((x) => x > a && x < b).sort((x, y) => x - y), b];
    for (let k = 0; k + 1 < edges.length; k++) {
      const [from, to] = [edges[k], edges[k + 1]];
      if (to <= from) continue;
      const mid = (from + to) / 2;
      const kind: PieceKind = i.state === "paused" ? "pause" : mid > due ? "breach" : "run";
      out.push({ kind, from, to, x: frac(from, w), w: frac(to, w) - frac(from, w), inHours: kind === "pause" || open(mid), event: i.event_id });
    }
  }
  return out;
}

const MIN = 60_000;
const steps = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7 * 1440, 14 * 1440, 30 * 1440].map((m) => m * MIN);

/** Round moments for the axis, at most `max` of them. `offset` is the zone's distance from UTC. */
export function ticks(w: Win, max: number, offset: number): { at: number; x: number; step: number }[] {
  const step = steps.find((s) => (w.to - w.from) / s <= max) ?? steps[steps.length - 1];
  const out = [];
  for (let at = Math.ceil((w.from + offset) / step) * step - offset; at <= w.to; at += step) out.push({ at, x: frac(at, w), step });
  return out;
}

/** The zone's distance from UTC at a moment, in milliseconds. */
export function offsetOf(at: number, tz: string): number {
  const p = new Intl.DateTimeFormat("en-GB", { timeZone: tz, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" }).formatToParts(at);
  const v = (n: string) => Number(p.find((x) => x.type === n)!.value);
  return Date.UTC(v("year"), v("month") - 1, v("day"), v("hour"), v("minute")) - Math.floor(at / MIN) * MIN;
}
