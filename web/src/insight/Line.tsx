/** The open indicator's periods with an axis, one point each; a filled point met the target. */
import type { Indicator } from "@/api/types";
import { fmt, ms } from "@/lib/time";
import { percent } from "@/lib/words";
import { good, labelled, periodWord, range, runs } from "./scale";

const W = 420, TOP = 26, BOTTOM = 106, L = 40, R = 404;
export function Line({ indicator: i }: { indicator: Indicator }) {
  const [lo, hi] = range(i.series, i.target?.value ?? null, i.unit === "percent");
  const x = (k: number) => (i.series.length < 2 ? (L + R) / 2 : L + (k / (i.series.length - 1)) * (R - L));
  const y = (v: number) => BOTTOM - ((v - lo) / (hi - lo)) * (BOTTOM - TOP);
  const target = i.target?.value ?? null;
  const meets = (v: number) => target === null || (good(i) === "above" ? v >= target : v <= target);
  const known = i.series.filter((p) => p.value !== null);
  const unit = i.unit === "percent" ? "%" : "";
  const ticks = [hi, target, lo].filter((v): v is number => v !== null).filter((v, k, a) => a.findIndex((w) => Math.abs(y(w) - y(v)) < 12) === k);
  const long = periodWord(i.series);
  const byMonth = long === "month" || long === "quarter" || i.series.length > 12;
  const name = (k: number) => fmt(ms(i.series[k].from), byMonth ? { month: "short" } : { day: "numeric", month: "short" }, "UTC");
  const full = (k: number) => (long === "month" ? "" : `${long} from `.replace(/^period /, "")) + fmt(ms(i.series[k].from), long === "month" ? { month: "long", year: "numeric" } : { day: "numeric", month: "short", year: "numeric" }, "UTC");
  const last = [...i.series.entries()].reverse().find(([, p]) => p.value !== null);
  return (
    <svg viewBox={`0 0 ${W} 134`} style={{ width: "100%", height: "auto", display: "block" }} role="img" className="line"
      aria-label={known.length ? `${i.title}: ${i.series.flatMap((p, k) => (p.value === null ? [] : [`${full(k)} ${percent(p.value)}`])).join(", ")}` : `${i.title}: no data yet`}>
      {target !== null && <rect x={L} width={R - L} y={good(i) === "above" ? TOP - 8 : y(target)} height={good(i) === "above" ? y(target) - TOP + 8 : BOTTOM + 4 - y(target)} fill="var(--hours)" />}
      {target !== null && <line x1={L} x2={R} y1={y(target)} y2={y(target)} stroke="var(--on-track)" strokeDasharray="4 3" />}
      {ticks.map((v) => <text key={v} x={L - 8} y={y(v) + 4} textAnchor="end">{Number.isInteger(v) ? v : v.toFixed(hi - lo < 4 ? 1 : 0)}{unit}</text>)}
      {labelled(i.series).map((k) => <text key={k} x={x(k)} y="128" textAnchor="middle">{name(k)}</text>)}
      {runs(i.series).map((r, k) => <polyline key={k} fill="none" stroke="var(--accent)" strokeWidth="1.75" points={r.map((p) => `${x(p.i)},${y(p.v)}`).join(" ")} />)}
      {i.series.map((p, k) => p.value !== null && <circle key={p.from} cx={x(k)} cy={y(p.value)} r="3" fill={meets(p.value) ? "var(--accent)" : "var(--surface)"} stroke="var(--accent)" strokeWidth="1.5"><title>{`${full(k)}: ${percent(p.value)}, ${p.numerator} of ${p.denominator}`}</title></circle>)}
      {last && <text x={Math.min(x(last[0]), R - 6)} y={y(last[1].value!) - 9} textAnchor="middle" style={{ fill: "var(--ink)", fontWeight: 600 }}>{percent(last[1].value)}</text>}
    </svg>
  );
}
