/** How values of a unit are said: in full, beside a big number, and short on an axis. Pure. */
import { phrase } from "@/language/phrase";
import { locale } from "@/language/language";
import { english, unit as unitOf, worked } from "@/lib/time";
import { number } from "@/lib/words";

/** Seconds in one of a unit of time. */
const seconds: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };
export const isTime = (unit: string): boolean => unit in seconds;

/** The sign before a fraction. */
const point = (): string => (english() ? "." : new Intl.NumberFormat(locale()).format(1.5).charAt(1));

const trim = (v: number, digits: number): string => {
  const s = Math.abs(v).toFixed(digits);
  const short = s.includes(".") ? s.replace(/0+$/, "").replace(/\.$/, "") : s;
  const [whole, rest] = short.split(".");
  return (v < 0 && Number(short) !== 0 ? "−" : "") + number(Number(whole)) + (rest ? point() + rest : "");
};

/** "95.5", "1,204", "0.042": as many digits as tell values apart, none that only make noise. */
export function plain(v: number): string {
  const a = Math.abs(v);
  return trim(v, a >= 1000 || Number.isInteger(v) ? 0 : a >= 100 ? 1 : a >= 0.1 || a === 0 ? 1 : Math.min(6, 1 - Math.floor(Math.log10(a))));
}

/** "39 min", "1 h 12 min", "3.2 days": two parts at most. */
export function spell(total: number): string {
  const s = Math.abs(total), sign = total < 0 ? "−" : "";
  if (!english()) return sign + (s < 60 ? unitOf(s, "second") : s < 48 * 3600 ? worked(Math.round(s / 60)) : unitOf(s / 86_400, "day"));
  if (s < 60) return `${sign}${trim(s, s < 10 && s % 1 ? 1 : 0)} s`;
  const min = Math.round(s / 60);
  if (min < 60) return `${sign}${min} min`;
  if (min < 48 * 60) return `${sign}${Math.floor(min / 60)} h${min % 60 ? ` ${min % 60} min` : ""}`;
  return `${sign}${trim(s / 86_400, s < 864_000 ? 1 : 0)} days`;
}

const words: Record<string, string> = { percent: "", count: "", number: "", "": "", money: "" };

/** A value as it stands alone, and the word that belongs behind it. */
export function parts(v: number | null, unit: string): [string, string] {
  if (v === null) return ["–", ""];
  if (unit === "percent") return [trim(v, 1) + "%", ""];
  if (isTime(unit)) return [spell(v * seconds[unit]), ""];
  return [plain(v), v === 1 && unit.endsWith("s") && !(unit in words) ? unit.slice(0, -1) : (words[unit] ?? unit)];
}
/** The same in one piece: "148 tickets". */
export const say = (v: number | null, unit: string): string => (v === null ? phrase("no data") : parts(v, unit).filter(Boolean).join(" "));

/** A difference with its sign: "+0.7 points", "−9 min", "+21 tickets". */
export function sayChange(v: number, unit: string): string {
  const sign = v > 0 ? "+" : v < 0 ? "−" : "";
  const a = Math.abs(v);
  if (unit === "percent") return `${sign}${trim(a, 1)} ${trim(a, 1) === "1" ? "point" : "points"}`;
  return sign + say(a, unit);
}

/** How an axis is scaled: values are divided by `by`, and its title says in what they are. */
export function axisUnit(unit: string, most: number): { by: number; title: string; suffix: string } {
  if (unit === "percent") return { by: 1, title: "", suffix: "%" };
  if (!isTime(unit)) return { by: 1, title: words[unit] ?? unit, suffix: "" };
  const top = Math.abs(most) * seconds[unit];
  const as = top >= 2 * 86_400 ? "days" : top >= 2 * 3600 ? "hours" : top >= 120 ? "minutes" : "seconds";
  return { by: seconds[as] / seconds[unit], title: as, suffix: "" };
}

/** How many decimals tell the multiples of a step apart. */
const decimals = (step: number): number => { let d = 0; while (d < 6 && Math.abs(step * 10 ** d - Math.round(step * 10 ** d)) > 1e-6) d++; return d; };

/** A tick: short, and with the digits that its step needs. */
export function tick(v: number, step: number, suffix = ""): string {
  const a = Math.abs(v), by = a >= 10_000_000 ? 1_000_000 : a >= 10_000 ? 1000 : 1;
  return trim(v / by, decimals(step / by)) + (by === 1 ? "" : by === 1000 ? "k" : "M") + suffix;
}
