/** How an indicator is placed on its picture and said in words. Pure. */
import type { Indicator, Point } from "@/api/types";

export const good = (i: Pick<Indicator, "target">): "above" | "below" => (i.target?.op.includes("<") ? "below" : "above");

/** A range that holds every value and the target, with air, inside 0 to 100 for percents. */
export function range(points: Point[], target: number | null, percent: boolean): [number, number] {
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

/** Runs of known values; a missing month is a gap, never a straight line. */
export function runs(points: Point[]): { i: number; v: number }[][] {
  const out: { i: number; v: number }[][] = [];
  let run: { i: number; v: number }[] | null = null;
  points.forEach((p, i) => {
    if (p.value === null) run = null;
    else if (run) run.push({ i, v: p.value });
    else out.push((run = [{ i, v: p.value }]));
  });
  return out;
}

/** The distance to the period before, in points: "+0.7 points". */
export function step(points: Point[]): string | null {
  const [a, b] = points.slice(-2);
  if (!a || !b || a.value === null || b.value === null) return null;
  const d = b.value - a.value;
  if (Math.abs(d) < 0.05) return "as before";
  return `${d > 0 ? "+" : "−"}${Math.abs(d).toFixed(1)} points`;
}

export function targetText(i: Pick<Indicator, "target" | "unit">): string {
  if (!i.target) return "No target";
  return `Target at ${good(i) === "above" ? "least" : "most"} ${i.target.value}${i.unit === "percent" ? "%" : ""}`;
}

/** "a / b" in the formula gives the two lines of the fraction; what follows a semicolon is a remark. */
export function fraction(formula: string): [string, string, string] | null {
  const [share, ...remarks] = formula.split(/;\s+/);
  const parts = share.split(/\s+(?:\/|÷|divided by|out of)\s+/);
  return parts.length === 2 ? [parts[0], parts[1], remarks.join("; ")] : null;
}

const DAY = 86_400_000;
/** What one point of the series spans. */
export function periodWord(points: Point[]): "day" | "week" | "month" | "quarter" | "period" {
  if (points.length === 0) return "period";
  const days = (Date.parse(points[0].to) - Date.parse(points[0].from)) / DAY;
  return days < 1.5 ? "day" : days > 6 && days < 8 ? "week" : days > 27 && days < 32 ? "month" : days > 88 && days < 93 ? "quarter" : "period";
}

/** Which points get a label under them: each when few, else the first of each month with room between. */
export function labelled(points: Point[], most = 12): number[] {
  const all = points.map((_, i) => i);
  const firsts = points.length <= most ? all : all.filter((i) => i > 0 && points[i].from.slice(0, 7) !== points[i - 1].from.slice(0, 7));
  const every = Math.ceil(firsts.length / most);
  return firsts.filter((_, i) => i % every === 0);
}
