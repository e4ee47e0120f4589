/** Lines over time, one a group, with target, bands and the period before; or the same as stacked areas. */
import type { FigureGroup, FigureHead, SeriesAnswer } from "@/api/insight";
import { labelsOf, periodName, rangeOf, runsOf, thin } from "./axis";
import { Frame, type Plot } from "./Frame";
import { isOthers, paints, stack } from "./shape";
import { say } from "./unit";

interface Props { of: SeriesAnswer; groups: FigureGroup[]; stacked?: boolean; height?: number; onPick?: (i: number) => void }

export function Lines({ of, groups, stacked, height, onPick }: Props) {
  const head = of.indicator, points = groups[0]?.points ?? [];
  const paint = paints(groups.map((g) => g.key));
  const before = !stacked && groups.length === 1 ? of.compare?.groups.find((g) => g.key === groups[0].key) ?? of.compare?.groups[0] : undefined;
  const layers = stacked ? stack(groups) : [];
  const target = !stacked && groups.length === 1 ? head.target : null;
  const range = rangeOf(stacked ? layers.flatMap((l) => l.flat()) : [...groups, ...(before ? [before] : [])].flatMap((g) => g.points.map((p) => p.value)), { zero: stacked, target: target?.value, percent: head.unit === "percent" });
  const name = `${head.title}, ${groups.length > 1 ? `${groups.length} lines, ` : ""}${points.length} ${points.length === 1 ? "point" : "points"}`;
  return (
    <Frame name={name} range={range} unit={head.unit} count={points.length} height={height} onPick={onPick} labels={(w) => labelsOf(points, of.every, of.zone, w)} tip={(i) => ({
      title: periodName(points[i].from, of.every, of.zone),
      rows: [...groups.map((g) => ({ colour: groups.length > 1 ? paint.get(g.key)!.colour : undefined, dash: groups.length > 1 && !stacked ? paint.get(g.key)!.dash : undefined, label: g.label || head.title, value: say(g.points[i].value, head.unit), note: note(head, g.points[i]) })),
        ...(before?.points[i] ? [{ label: periodName(before.points[i].from, of.every, of.zone), value: say(before.points[i].value, head.unit) }] : [])],
    })}>
      {(p) => (
        <>
          {target && <Goal plot={p} at={target.value} above={target.op === ">="} />}
          {before && <Path plot={p} values={before.points.map((q) => q.value)} className="before" />}
          {stacked ? groups.map((g, k) => <Area key={g.key} plot={p} layer={layers[k]} colour={paint.get(g.key)!.colour} quiet={isOthers(g.key)} />)
          : groups.map((g) => <Path key={g.key} plot={p} values={g.points.map((q) => q.value)} colour={groups.length === 1 ? "var(--accent)" : paint.get(g.key)!.colour} dash={groups.length === 1 ? undefined : paint.get(g.key)!.dash}
              meets={target ? (v) => (target.op === ">=" ? v >= target.value : v <= target.value) : undefined} dots={points.length <= 40 && groups.length === 1} />)}
          {p.at !== null && !stacked && groups.map((g) => g.points[p.at!].value !== null && <circle key={g.key} className="dot-on" cx={p.x(p.at!)} cy={p.y(g.points[p.at!].value!)} r="4" style={{ fill: groups.length === 1 ? "var(--accent)" : paint.get(g.key)!.colour }} />)}
        </>
      )}
    </Frame>
  );
}
export const note = (head: FigureHead, f: { numerator: number; denominator: number }) => (head.unit === "percent" && f.denominator > 0 && Number.isInteger(f.numerator) ? `${f.numerator} of ${f.denominator}` : undefined);

/** The good side of a target, shaded, with its border dashed. */
export function Goal({ plot: p, at, above }: { plot: Plot; at: number; above: boolean }) {
  const y = Math.min(p.bottom, Math.max(p.top - 4, p.y(at)));
  return <g aria-hidden><rect x={p.left} width={p.right - p.left} y={above ? p.top - 4 : y} height={Math.max(0, above ? y - p.top + 4 : p.bottom - y)} fill="var(--hours)" style={{ mixBlendMode: "normal" }} /><line x1={p.left} x2={p.right} y1={y} y2={y} stroke="var(--on-track)" strokeDasharray="4 3" /></g>;
}

function Path({ plot: p, values, colour, dash, className, meets, dots }: { plot: Plot; values: (number | null)[]; colour?: string; dash?: string; className?: string; meets?: (v: number) => boolean; dots?: boolean }) {
  const most = Math.max(60, (p.right - p.left) * 2);
  return (
    <g className={className ?? "series"} style={colour ? { stroke: colour } : undefined}>
      {runsOf(values).map((run) => run.length === 1 && !dots
        ? <circle key={run[0]} cx={p.x(run[0])} cy={p.y(values[run[0]]!)} r="2.5" style={{ fill: colour ?? "currentColor", stroke: "none" }} />
        : <polyline key={run[0]} strokeDasharray={dash} points={thin(run, values, most).map((i) => `${p.x(i).toFixed(1)},${p.y(values[i]!).toFixed(1)}`).join(" ")} />)}
      {dots && values.map((v, i) => v !== null && <circle key={i} cx={p.x(i)} cy={p.y(v)} r="3" style={{ fill: !meets || meets(v) ? colour : "var(--surface)" }} />)}
    </g>
  );
}

function Area({ plot: p, layer, colour, quiet }: { plot: Plot; layer: [number, number][]; colour: string; quiet: boolean }) {
  const all = layer.map((_, i) => i), tops = layer.map((l) => l[1]);
  const some = thin(all, tops, Math.max(60, p.right - p.left));
  const at = (i: number, k: 0 | 1) => `${p.x(i).toFixed(1)},${p.y(layer[i][k]).toFixed(1)}`;
  if (layer.length === 1) return <rect x={p.x(0) - 12} width={24} y={p.y(Math.max(...layer[0]))} height={Math.abs(p.y(layer[0][0]) - p.y(layer[0][1]))} style={{ fill: colour }} fillOpacity={quiet ? 0.35 : 0.75} />;
  return <g style={{ fill: colour, stroke: colour }}><polygon fillOpacity={quiet ? 0.3 : 0.62} stroke="none" points={[...some.map((i) => at(i, 1)), ...some.slice().reverse().map((i) => at(i, 0))].join(" ")} /><polyline fill="none" strokeWidth="1.25" points={some.map((i) => at(i, 1)).join(" ")} /></g>;
}
