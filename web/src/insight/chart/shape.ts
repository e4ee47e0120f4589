/** What charts draw, worked out of figures: stacks, bins, hours of the week, parts of a change. Pure. */
import type { ChartKind, Figure, FigureGroup, FigureHead, FigurePoint, SeriesAnswer } from "@/api/insight";
import { calendar, dayNumber, ms } from "@/lib/time";

export interface Paint { colour: string; dash?: string }
const OTHERS = "\u0000others";
export const isOthers = (key: string) => key === OTHERS;
const dashes = [undefined, "7 3", "2 3", "9 3 2 3", "12 4", "4 4", "1 4", "10 3 2 3 2 3"];

/** The same entity has the same colour everywhere: its place follows from its name; two that would meet move on. Dashes tell lines apart without colour. */
export function paints(keys: string[]): Map<string, Paint> {
  const out = new Map<string, Paint>();
  const taken = new Set<number>();
  for (const key of [...keys].sort()) {
    if (isOthers(key)) { out.set(key, { colour: "var(--n-6)", dash: "1 3" }); continue; }
    let h = 7;
    for (const c of key) h = (h * 31 + c.codePointAt(0)!) >>> 0;
    let k = keys.length === 1 ? 0 : h % 8;
    for (let tries = 0; taken.has(k) && tries < 8; tries++) k = (k + 1) % 8;
    taken.add(k);
    out.set(key, { colour: `var(--c-${k + 1})`, dash: dashes[k] });
  }
  return out;
}

const none: Figure = { value: null, numerator: 0, denominator: 0, count: 0 };
export type Kind = Pick<FigureHead, "measure" | "unit">;
/** Whether figures of parts add up to the whole. */
export const addsUp = (k: Kind): boolean => k.measure === "count" || k.measure === "sum" || k.measure === "standing";
/** Figures of several parts together: what adds up is summed, a ratio is taken of the sums; else there is no figure. */
export function together(of: Figure[], kind: Kind): Figure {
  const sum = of.reduce((a, f) => ({ value: null, numerator: a.numerator + f.numerator, denominator: a.denominator + f.denominator, count: a.count + f.count }), none);
  const known = of.filter((f) => f.value !== null);
  if (!known.length) return sum;
  if (addsUp(kind)) return { ...sum, value: known.reduce((a, f) => a + f.value!, 0) };
  const whole = kind.unit === "percent" ? 100 : 1;
  const ratio = known.every((f) => f.denominator > 0 && Math.abs(f.value! - (whole * f.numerator) / f.denominator) < 1e-6 * Math.max(1, Math.abs(f.value!)));
  return ratio ? { ...sum, value: (whole * sum.numerator) / sum.denominator } : sum;
}

/** The largest groups, and the others as one where that says something true. */
export function fold(groups: FigureGroup[], most: number, kind: Kind): { groups: FigureGroup[]; left: number } {
  if (groups.length <= most) return { groups, left: 0 };
  const additive = addsUp(kind);
  const size = (g: FigureGroup) => (additive ? Math.abs(g.total.value ?? 0) : g.total.count);
  const order = [...groups].sort((a, b) => size(b) - size(a));
  const kept = order.slice(0, additive ? most - 1 : most), rest = order.slice(kept.length);
  if (!additive) return { groups: kept, left: rest.length };
  const points = rest[0].points.map((p, i) => ({ ...p, ...together(rest.map((g) => g.points[i]), kind) }));
  return { groups: [...kept, { key: OTHERS, label: `${rest.length} others`, points, total: together(rest.map((g) => g.total), kind) }], left: 0 };
}

/** Layers from the ground up: [from, to] of each group at each point; negative values go down on their own. */
export function stack(groups: FigureGroup[]): [number, number][][] {
  const up = groups[0]?.points.map(() => 0) ?? [], down = up.slice();
  return groups.map((g) => g.points.map((p, i) => {
    const side = (p.value ?? 0) < 0 ? down : up;
    const from = side[i];
    side[i] += p.value ?? 0;
    return [from, side[i]] as [number, number];
  }));
}

/** How a picture is drawn: as a chart with axes, as bars beside words, or not at all where nothing counted. A table is none. */
export function drawing(of: SeriesAnswer, chart: ChartKind): "chart" | "ranks" | "funnel" | "none" {
  if (chart === "table") return "none";
  if (chart === "number") return "chart";
  if (of.groups.length === 0 || of.groups.every((g) => g.points.length === 0 && g.total.value === null)) return "none";
  if (chart === "funnel") return "funnel";
  if (!of.groups.some((g) => g.points.some((p) => p.value !== null))) return "none";
  return chart === "bar" && of.groups[0].points.length === 1 && of.groups.length > 1 ? "ranks" : "chart";
}
export const hasLegend = (chart: ChartKind): boolean => ["line", "area", "bar"].includes(chart);
export const byValue = (groups: FigureGroup[]): FigureGroup[] => [...groups].sort((a, b) => (b.total.value ?? -Infinity) - (a.total.value ?? -Infinity));

export interface Bin { from: number; to: number; count: number }
/** How often values fall between round borders. */
export function bins(values: number[], borders: number[]): Bin[] {
  const out = borders.slice(0, -1).map((from, i) => ({ from, to: borders[i + 1], count: 0 }));
  for (const v of values) {
    const i = Math.min(out.length - 1, Math.max(0, out.findIndex((b) => v < b.to)));
    out[v >= out[out.length - 1].to ? out.length - 1 : i].count++;
  }
  return out;
}

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
export interface Cell extends Figure { day: number; hour: number; label: string }
/** Hours of the week: 168 cells, Monday first, each the figures of its hours together. */
export function week(points: FigurePoint[], zone: string, kind: Kind): Cell[] {
  const cells: Figure[][] = Array.from({ length: 168 }, () => []);
  for (const p of points) {
    const t = ms(p.from);
    const day = (dayNumber(t, zone) + 3) % 7, { hour } = calendar(t, zone);
    cells[day * 24 + hour].push(p);
  }
  return cells.map((of, i) => {
    const known = of.filter((f) => f.value !== null);
    let f = together(of, kind);
    if (f.value === null && known.length) { // neither a sum nor a ratio: the mean by how many counted
      const n = known.reduce((a, k) => a + k.count, 0);
      f = { ...f, value: known.reduce((a, k) => a + k.value! * (n ? k.count : 1), 0) / (n || known.length) };
    }
    const day = Math.floor(i / 24), hour = i % 24;
    return { ...f, day, hour, label: `${weekdays[day]} ${String(hour).padStart(2, "0")}:00` };
  });
}

export interface Step { key: string; label: string; from: number; to: number; total?: boolean; of?: { key: string; label: string; amount: number }[] }
/** The bars of a waterfall: from the figure before to the figure now. The smallest parts are one bar, which opens. */
export function waterfall(before: number, after: number, parts: { key: string; label: string; amount: number }[], most = 8): Step[] {
  const order = parts.filter((p) => p.amount !== 0).sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount));
  const kept = order.length <= most ? order : order.slice(0, most - 1), rest = order.slice(kept.length);
  const steps: Step[] = [{ key: "\u0000before", label: "Before", from: 0, to: before, total: true }];
  let at = before;
  for (const p of kept) steps.push({ key: p.key, label: p.label, from: at, to: (at += p.amount) });
  if (rest.length) {
    const sum = rest.reduce((a, p) => a + p.amount, 0);
    steps.push({ key: OTHERS, label: `${rest.length} others`, from: at, to: (at += sum), of: rest });
  }
  return [...steps, { key: "\u0000after", label: "Now", from: 0, to: after, total: true }];
}
