/** A tile as an SVG file of its own: every colour and font as it is shown, so that it looks the same everywhere. */
import type { ChartKind, SeriesAnswer } from "@/api/insight";
import { byValue, drawing, fold, hasLegend, paints } from "./chart/shape";
import { goesOn } from "./chart/Ranks";
import { say } from "./chart/unit";

const kept = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "stroke-linejoin", "font-family", "font-size", "font-weight", "text-anchor", "vector-effect"];

/** What the colours of a page are called in it, as they are now. */
const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name.replace(/^var\(|\)$/g, "")).trim();
type Colours = (name: string) => string;
const escape = (s: string) => s.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);
interface Style { size?: number; weight?: number; fill: string; end?: boolean }
const words = (s: string, x: number, y: number, { size = 11, weight = 400, fill, end }: Style) => `<text x="${x}" y="${y}" font-family="Inter, system-ui, sans-serif" font-size="${size}" font-weight="${weight}" fill="${fill}"${end ? ' text-anchor="end"' : ""}>${escape(s)}</text>`;
const short = (s: string, most: number) => (s.length > most ? s.slice(0, most - 1) + "…" : s);
const TOP = 56;
function page(title: string, value: string, width: number, height: number, body: string, colour: Colours): string {
  const all = TOP + height + 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${all}" viewBox="0 0 ${width} ${all}" role="img" aria-label="${escape(title)}"><rect width="100%" height="100%" fill="${colour("--surface") || "#fff"}"/>${words(title, 8, 20, { size: 13, fill: colour("--ink-2") })}${words(value, 8, 46, { size: 20, weight: 600, fill: colour("--ink") })}${body}</svg>`;
}

export interface Bar { label: string; value: number | null; said: string; colour: string; /** Between it and the one before. */ between?: string }
/** Bars with their words, a row each, as text of an SVG document. What is negative goes left of zero. */
export function barsSvg(title: string, value: string, bars: Bar[], colour: Colours, width = 520): string {
  const inner = width - 16, hi = Math.max(0, ...bars.map((b) => b.value ?? 0)), lo = Math.min(0, ...bars.map((b) => b.value ?? 0)), at = (v: number) => 8 + ((v - lo) / (hi - lo || 1)) * inner;
  let y = TOP;
  const body = bars.map((b) => {
    const between = b.between ? words(`↓ ${b.between}`, 8, (y += 18) - 4, { fill: colour("--ink-3") }) : "";
    const row = words(short(b.label, 56), 8, y + 14, { size: 13, fill: colour("--ink") }) + words(b.said, width - 8, y + 14, { size: 13, weight: 600, fill: colour("--ink"), end: true });
    const from = Math.min(0, b.value ?? 0);
    const bar = b.value === null ? "" : `<rect x="${at(from).toFixed(1)}" y="${y + 20}" width="${((Math.abs(b.value) / (hi - lo || 1)) * inner).toFixed(1)}" height="12" rx="1" fill="${colour(b.colour)}"/>`;
    y += 40;
    return between + row + bar;
  }).join("");
  return page(title, value, width, y - TOP, body, colour);
}

/** What a tile shows as text of an SVG document; null when nothing is drawn. */
export function pictureOf(box: Element, of: SeriesAnswer, chart: ChartKind, title: string, value: string): string | null {
  const unit = of.indicator.unit;
  switch (drawing(of, chart)) {
    case "none": return null;
    case "ranks": return barsSvg(title, value, byValue(of.groups).map((g) => ({ label: g.label, value: g.total.value, said: say(g.total.value, unit), colour: "--r-4" })), token);
    case "funnel": return barsSvg(title, value, of.groups.map((g, i) => ({ label: g.label, value: g.total.value, said: say(g.total.value, unit), colour: `--r-${Math.max(2, 5 - i)}`, between: i > 0 ? goesOn(g.total.value, of.groups[i - 1].total.value) : undefined })), token);
  }
  const groups = hasLegend(chart) ? fold(of.groups, 8, of.indicator).groups : [], paint = paints(groups.map((g) => g.key));
  return svgOf(box, title, value, groups.length > 1 ? groups.map((g) => ({ label: g.label, colour: paint.get(g.key)!.colour, dash: chart === "line" ? paint.get(g.key)!.dash : undefined })) : []);
}

/** The first picture within a box with a heading over it and its legend below. */
function svgOf(box: Element, title: string, value: string, legend: { label: string; colour: string; dash?: string }[]): string | null {
  const from = box.querySelector<SVGSVGElement>(".chart svg, svg.spark");
  if (!from) return null;
  const size = from.getBoundingClientRect(), width = Math.max(240, size.width);
  const copy = from.cloneNode(true) as SVGSVGElement;
  const a = [from, ...from.querySelectorAll("*")], b = [copy, ...copy.querySelectorAll("*")];
  a.forEach((el, i) => {
    const style = getComputedStyle(el);
    for (const k of kept) { const v = style.getPropertyValue(k); if (v && v !== "none" || k === "fill" || k === "stroke") (b[i] as SVGElement).setAttribute(k, v); }
    for (const k of ["class", "style", "tabindex", "role", "aria-label", "aria-describedby", "aria-roledescription", "aria-hidden"]) b[i].removeAttribute(k);
  });
  copy.querySelectorAll("rect.mark, line.mark").forEach((el) => el.remove());
  copy.setAttribute("x", "0"); copy.setAttribute("y", String(TOP)); copy.setAttribute("width", String(size.width || width)); copy.setAttribute("height", String(size.height));
  const wide = Math.max(1, Math.floor((width - 16) / 150)), step = (width - 16) / wide;
  const named = legend.map((l, i) => { const x = 8 + (i % wide) * step, y = TOP + size.height + 18 + Math.floor(i / wide) * 18; return `<line x1="${x}" x2="${x + 14}" y1="${y - 4}" y2="${y - 4}" stroke="${token(l.colour)}" stroke-width="3"${l.dash ? ` stroke-dasharray="${l.dash}"` : ""}/>${words(short(l.label, Math.floor(step / 7)), x + 20, y, { fill: token("--ink-2") })}`; }).join("");
  return page(title, value, width, size.height + (legend.length ? 8 + Math.ceil(legend.length / wide) * 18 : 0), new XMLSerializer().serializeToString(copy) + named, token);
}
const fileName = (s: string) => s.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "figure";

/** Saves what a tile shows; false when nothing is drawn. */
export function saveSvg(box: Element, of: SeriesAnswer, chart: ChartKind, title: string, value: string): boolean {
  const text = pictureOf(box, of, chart, title, value);
  if (!text) return false;
  const a = document.createElement("a");
  a.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  a.download = `${fileName(title)}.svg`;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 1000);
  return true;
}
