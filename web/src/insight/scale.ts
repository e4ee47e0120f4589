/** How an indicator is placed on its short line and said in words. Pure. */
import type { Figure, FigureHead } from "@/api/insight";
import { phrase } from "@/language/phrase";
import { inside, number } from "@/lib/words";
import { say, sayChange } from "./chart/unit";

/** A numerator or a denominator: bare where records are counted. */
export const amount = (v: number, unit: string | undefined): string => (unit && unit !== "count" ? say(v, unit) : number(v));

/** A range that holds every value and the target, with air, inside 0 to 100 for percents. */
export function range(points: Pick<Figure, "value">[], target: number | null, percent: boolean): [number, number] {
  const v = points.flatMap((p) => (p.value === null ? [] : [p.value]));
  if (target !== null) v.push(target);
  if (v.length === 0) return [0, percent ? 100 : 1];
  let lo = Math.min(...v), hi = Math.max(...v);
  const pad = Math.max((hi - lo) * 0.25, percent ? 1 : hi * 0.05 || 1);
  lo -= pad;
  hi += pad;
  if (percent) { lo = Math.max(0, lo); hi = Math.min(100, hi); }
  return [lo, hi];
}

/** The distance to a figure before: "+0.7 points". */
export function step(now: number | null | undefined, before: number | null | undefined, unit: string): string | null {
  if (now === null || now === undefined || before === null || before === undefined) return null;
  const text = sayChange(now - before, unit);
  return /[1-9]/.test(text) ? text : phrase("as before");
}

export const targetText = (h: Pick<FigureHead, "target" | "unit">): string => (h.target ? `Target at ${h.target.op === ">=" ? "least" : "most"} ${say(h.target.value, h.unit)}` : "No target");
/** Whether so few records are behind a figure that one of them moves it a lot. */
export const isSmall = (h: Pick<FigureHead, "smallest_sample">, f: Pick<Figure, "count">): boolean => f.count > 0 && f.count < h.smallest_sample;
export const meets = (h: Pick<FigureHead, "target">, value: number | null): boolean | null => (!h.target || value === null ? null : h.target.op === ">=" ? value >= h.target.value : value <= h.target.value);

/** "a / b" in the formula gives the two lines of the fraction; what follows a semicolon is a remark. */
export function fraction(formula: string): [string, string, string] | null {
  const [share, ...remarks] = formula.split(/;\s+/);
  const parts = share.split(/\s+(?:\/|÷|divided by|out of)\s+/);
  return parts.length === 2 ? [parts[0], parts[1], remarks.join("; ")] : null;
}
export const lower = (s: string) => (s.charAt(1) === s.charAt(1).toLowerCase() ? inside(s.charAt(0)) + s.slice(1) : s);
export const sentence = (s: string) => s.charAt(0).toUpperCase() + s.slice(1) + (/[.!?]$/.test(s) ? "" : ".");
