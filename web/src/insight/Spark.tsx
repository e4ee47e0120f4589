/** A course in one line, the good side of its target shaded. Where nothing was measured (a weekend) the line is dotted: the course can be followed and the gap is still one. */
import type { FigureHead, FigurePoint } from "@/api/insight";
import { runsOf, thin } from "./chart/axis";
import { range } from "./scale";

export function Spark({ points, head, off }: { points: FigurePoint[]; head: Pick<FigureHead, "target" | "unit">; off: boolean }) {
  const target = head.target;
  const [lo, hi] = range(points, target?.value ?? null, head.unit === "percent");
  const values = points.map((p) => p.value);
  const x = (k: number) => (points.length < 2 ? 50 : (k / (points.length - 1)) * 100);
  const y = (v: number) => 40 - ((v - lo) / (hi - lo || 1)) * 36;
  const t = target ? Math.max(2, Math.min(42, y(target.value))) : null;
  const runs = runsOf(values);
  const colour = off ? "var(--danger-solid)" : "var(--ink-2)";
  return (
    <svg viewBox="0 0 100 44" preserveAspectRatio="none" aria-hidden="true" className="spark">
      {t !== null && <rect x="0" width="100" y={target!.op === ">=" ? 2 : t} height={Math.max(0, target!.op === ">=" ? t - 2 : 42 - t)} fill="var(--hours)" />}
      {t !== null && <line x1="0" x2="100" y1={t} y2={t} stroke="var(--on-track)" strokeDasharray="4 3" vectorEffect="non-scaling-stroke" />}
      {runs.slice(1).map((r, k) => {
        const from = runs[k].at(-1)!;
        return <line key={`gap${k}`} x1={x(from)} y1={y(values[from]!)} x2={x(r[0])} y2={y(values[r[0]]!)} stroke={colour} strokeOpacity=".6" strokeWidth="1.25" strokeDasharray="1 3" strokeLinecap="round" vectorEffect="non-scaling-stroke" />;
      })}
      {runs.map((r, k) => r.length === 1
        ? <line key={k} x1={x(r[0]) - 0.6} x2={x(r[0]) + 0.6} y1={y(values[r[0]]!)} y2={y(values[r[0]]!)} stroke={colour} strokeWidth="3" vectorEffect="non-scaling-stroke" />
        : <polyline key={k} fill="none" stroke={colour} strokeWidth="1.75" strokeLinejoin="round" vectorEffect="non-scaling-stroke" points={thin(r, values, 400).map((i) => `${x(i).toFixed(2)},${y(values[i]!).toFixed(2)}`).join(" ")} />)}
    </svg>
  );
}
