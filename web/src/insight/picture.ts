/** A tile as an SVG file of its own: every colour and font as it is shown, so that it looks the same everywhere. */
const kept = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "stroke-linejoin", "font-family", "font-size", "font-weight", "text-anchor", "vector-effect"];

/** The first picture within a box with a heading over it, as text of an SVG document; null when nothing is drawn. */
export function svgOf(box: Element, title: string, value: string): string | null {
  const from = box.querySelector<SVGSVGElement>(".chart svg, svg.spark");
  if (!from) return null;
  const size = from.getBoundingClientRect(), width = Math.max(240, size.width), top = 56;
  const copy = from.cloneNode(true) as SVGSVGElement;
  const a = [from, ...from.querySelectorAll("*")], b = [copy, ...copy.querySelectorAll("*")];
  a.forEach((el, i) => {
    const style = getComputedStyle(el);
    for (const k of kept) { const v = style.getPropertyValue(k); if (v && v !== "none" || k === "fill" || k === "stroke") (b[i] as SVGElement).setAttribute(k, v); }
    for (const k of ["class", "style", "tabindex", "role", "aria-label", "aria-describedby", "aria-roledescription", "aria-hidden"]) b[i].removeAttribute(k);
  });
  copy.querySelectorAll("rect.mark, line.mark").forEach((el) => el.remove());
  copy.setAttribute("x", "0"); copy.setAttribute("y", String(top)); copy.setAttribute("width", String(size.width || width)); copy.setAttribute("height", String(size.height));
  const root = getComputedStyle(document.documentElement), token = (n: string) => root.getPropertyValue(n).trim();
  const text = (s: string, y: number, px: number, weight: number, fill: string) => `<text x="8" y="${y}" font-family="Inter, system-ui, sans-serif" font-size="${px}" font-weight="${weight}" fill="${fill}">${escape(s)}</text>`;
  const height = top + size.height + 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}"><rect width="100%" height="100%" fill="${token("--surface") || "#fff"}"/>${text(title, 20, 13, 400, token("--ink-2"))}${text(value, 46, 20, 600, token("--ink"))}${new XMLSerializer().serializeToString(copy)}</svg>`;
}
const escape = (s: string) => s.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);
export const fileName = (s: string) => s.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "figure";

export function saveSvg(box: Element, title: string, value: string): void {
  const text = svgOf(box, title, value);
  if (!text) return;
  const a = document.createElement("a");
  a.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  a.download = `${fileName(title)}.svg`;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 1000);
}
