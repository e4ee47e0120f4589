/** Twelve periods in one line, the good side of the target shaded. */
import type { Indicator } from "@/api/types";
import { good, range, runs } from "./scale";

export function Spark({ indicator: i }: { indicator: Indicator }) {
  const [lo, hi] = range(i.series, i.target?.value ?? null, i.unit === "percent");
  const x = (k: number) => (i.series.length < 2 ? 50 : (k / (i.series.length - 1)) * 100);
  const y = (v: number) => 40 - ((v - lo) / (hi - lo)) * 36;
  const t = i.target ? y(i.target.value) : null;
  const off = i.on_target === false;
  return (
    <svg viewBox="0 0 100 44" preserveAspectRatio="none" aria-hidden="true" className="spark">
      {t !== null && <rect x="0" width="100" y={good(i) === "above" ? 2 : t} height={Math.max(0, good(i) === "above" ? t - 2 : 42 - t)} fill="var(--hours)" />}
      {t !== null && <line x1="0" x2="100" y1={t} y2={t} stroke="var(--on-track)" strokeDasharray="4 3" vectorEffect="non-scaling-stroke" />}
      {runs(i.series).map((r, k) => r.length === 1
        ? <line key={k} x1={x(r[0].i) - 0.6} x2={x(r[0].i) + 0.6} y1={y(r[0].v)} y2={y(r[0].v)} stroke={off ? "var(--danger-solid)" : "var(--ink-2)"} strokeWidth="3" vectorEffect="non-scaling-stroke" />
        : <polyline key={k} fill="none" stroke={off ? "var(--danger-solid)" : "var(--ink-2)"} strokeWidth="1.75" strokeLinejoin="round" vectorEffect="non-scaling-stroke" points={r.map((p) => `${x(p.i).toFixed(2)},${y(p.v).toFixed(2)}`).join(" ")} />)}
    </svg>
  );
}
