/** Where a stretch of time is marked: the first of months, or days where it has fewer than three of them. */
import { fmt } from "@/lib/time";

const DAY = 86_400_000;
export function ticks(begin: number, end: number, most: number): { at: number; word: string }[] {
  const months: number[] = [];
  for (let d = new Date(begin); ;) {
    d = new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 1));
    if (d.getTime() > end) break;
    months.push(d.getTime());
  }
  const thin = <T,>(all: T[]) => all.filter((_, k) => k % Math.ceil(all.length / most) === 0);
  if (months.length > 2) return thin(months).map((at) => ({ at, word: fmt(at, { month: "short" }, "UTC") }));
  const days: number[] = [];
  for (let at = Math.ceil(begin / DAY) * DAY; at <= end; at += DAY) days.push(at);
  return thin(days).map((at) => ({ at, word: fmt(at, { day: "numeric", month: "short" }, "UTC") }));
}
