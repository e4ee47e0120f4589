import { expect, it } from "vitest";
import type { Figure, SeriesAnswer } from "@/api/insight";
import { drawing } from "./chart/shape";
import { barsSvg } from "./picture";

const plainly = (name: string) => `<${name}>`.replace(/[<>-]/g, "") || "x";
it("draws bars with their words, whatever they are called", () => {
  const svg = barsSvg('"A" & <B>', "", [{ label: "Opened <1>", value: 100, said: "100", colour: "--r-5" }, { label: "x".repeat(80), value: 25, said: "25", colour: "--r-4", between: "25% go on" }, { label: "None", value: null, said: "no data", colour: "--r-4" }], plainly);
  expect(svg).toMatch(/^<svg[\s\S]*<\/svg>$/);
  expect(svg).toContain("&quot;A&quot; &amp; &lt;B&gt;");
  expect(svg).toContain("Opened &lt;1&gt;");
  expect(svg).toContain("↓ 25% go on");
  expect([...svg.matchAll(/<rect x="8.0" y="\d+" width="(\d+\.\d)"/g)].map((m) => Number(m[1]))).toEqual([504, 126]);
  expect(svg).not.toContain("x".repeat(57));
});
it("puts what is negative left of zero", () => {
  const svg = barsSvg("A", "", [{ label: "up", value: 30, said: "30", colour: "c" }, { label: "down", value: -10, said: "−10", colour: "c" }], plainly);
  expect([...svg.matchAll(/<rect x="(\d+\.\d)" y="\d+" width="(\d+\.\d)"/g)].map((m) => [Number(m[1]), Number(m[2])])).toEqual([[134, 378], [8, 126]]);
});
it("offers a picture only where one is drawn", () => {
  const total: Figure = { value: 3, numerator: 3, denominator: 1, count: 3 }, none: Figure = { value: null, numerator: 0, denominator: 0, count: 0 };
  const group = (key: string, n: number, f = total) => ({ key, label: key, total: f, points: Array.from({ length: n }, () => ({ ...f, from: "", to: "" })) });
  const of = (...groups: ReturnType<typeof group>[]) => ({ groups }) as unknown as SeriesAnswer;
  expect(drawing(of(group("a", 1), group("b", 1)), "bar")).toBe("ranks");
  expect(drawing(of(group("a", 2), group("b", 2)), "bar")).toBe("chart");
  expect(drawing(of(group("a", 0), group("b", 0)), "funnel")).toBe("funnel");
  expect(drawing(of(group("a", 2)), "table")).toBe("none");
  expect(drawing(of(group("a", 2, none)), "line")).toBe("none");
  expect(drawing(of(), "funnel")).toBe("none");
});
