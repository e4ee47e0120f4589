/** Bars over time, stacked where figures add up and side by side where they do not; and how often values occur. */
import type { FigureGroup, SeriesAnswer } from "@/api/insight";
import { plural } from "@/lib/words";
import { labelsOf, periodName, rangeOf, runsOf, thin, ticks } from "./axis";
import { Frame, type Plot } from "./Frame";
import { Goal, note } from "./Lines";
import { addsUp, bins, paints, stack } from "./shape";
import { axisUnit, say, tick } from "./unit";

interface Props { of: SeriesAnswer; groups: FigureGroup[]; height?: number; onPick?: (i: number) => void }

export function Bars({ of, groups, height, onPick }: Props) {
  const head = of.indicator, points = groups[0]?.points ?? [];
  const paint = paints(groups.map((g) => g.key)), one = groups.length === 1;
  const layers = addsUp(head) ? stack(groups) : null;
  const before = one ? of.compare?.groups[0] : undefined;
  const target = one ? head.target : null;
  const range = rangeOf([...(layers ? layers.flatMap((l) => l.flat()) : groups.flatMap((g) => g.points.map((p) => p.value))), ...(before?.points.map((p) => p.value) ?? [])], { zero: true, target: target?.value, percent: head.unit === "percent" });
  return (
    <Frame bands name={`${head.title}, ${plural(points.length, "bar")}`} range={range} unit={head.unit} count={points.length} height={height} onPick={onPick} labels={(w) => labelsOf(points, of.every, of.zone, w)} tip={(i) => ({
      title: periodName(points[i].from, of.every, of.zone),
      rows: [...groups.map((g) => ({ colour: one ? undefined : paint.get(g.key)!.colour, label: g.label || head.title, value: say(g.points[i].value, head.unit), note: note(head, g.points[i]) })),
        ...(before?.points[i] ? [{ label: periodName(before.points[i].from, of.every, of.zone), value: say(before.points[i].value, head.unit) }] : [])],
    })}>
      {(p) => {
        const wide = Math.max(1, Math.min(p.band * 0.72, 44));
        const bar = (i: number, k: number, from: number, to: number, w: number, dx: number) => <rect key={`${i}.${k}`} x={p.x(i) - wide / 2 + dx} width={Math.max(1, w)} y={Math.min(p.y(from), p.y(to))} height={Math.max(from === to ? 0 : 1, Math.abs(p.y(from) - p.y(to)))} style={{ fill: one ? "var(--r-4)" : paint.get(groups[k].key)!.colour }} />;
        return (
          <>
            {target && <Goal plot={p} at={target.value} above={target.op === ">="} />}
            {p.band < 1.2 ? <Dense plot={p} values={points.map((q) => q.value)} /> : points.map((_, i) => groups.map((g, k) => g.points[i].value !== null && (layers ? bar(i, k, ...layers[k][i], wide, 0) : bar(i, k, 0, g.points[i].value!, wide / groups.length, (wide / groups.length) * k))))}
            {before && points.map((_, i) => before.points[i]?.value !== null && before.points[i] && <line key={i} className="before" x1={p.x(i) - wide / 2 - 2} x2={p.x(i) + wide / 2 + 2} y1={p.y(before.points[i].value!)} y2={p.y(before.points[i].value!)} />)}
            <line className="zero" x1={p.left} x2={p.right} y1={p.y(0)} y2={p.y(0)} />
          </>
        );
      }}
    </Frame>
  );
}

/** Bars thinner than a pixel, as the area they would fill. */
function Dense({ plot: p, values }: { plot: Plot; values: (number | null)[] }) {
  return <>{runsOf(values).map((run) => { const some = thin(run, values, (p.right - p.left) * 2); return <polygon key={run[0]} style={{ fill: "var(--r-4)" }} points={[`${p.x(some[0])},${p.y(0)}`, ...some.map((i) => `${p.x(i).toFixed(1)},${p.y(values[i]!).toFixed(1)}`), `${p.x(some[some.length - 1])},${p.y(0)}`].join(" ")} />; })}</>;
}

/** How many periods had a value between two round borders. */
export function Histogram({ of, groups, height }: Omit<Props, "onPick">) {
  const head = of.indicator;
  const values = groups.flatMap((g) => g.points.flatMap((p) => (p.value === null ? [] : [p.value])));
  const lo = values.reduce((a, v) => Math.min(a, v), Infinity), hi = values.reduce((a, v) => Math.max(a, v), -Infinity);
  const scale = axisUnit(head.unit, values.length ? Math.max(Math.abs(lo), Math.abs(hi)) : 1);
  const edge = values.length ? ticks(lo / scale.by, hi / scale.by, 10) : [0];
  const borders = edge.length > 1 ? edge : [edge[0], edge[0] + 1]; // one value is one bar
  const all = bins(values.map((v) => v / scale.by), borders), step = borders[1] - borders[0];
  const say1 = (v: number) => tick(v, step, scale.suffix);
  const name = (i: number) => `${say1(all[i].from)} to ${say1(all[i].to)}${scale.title ? ` ${scale.title}` : ""}`;
  const each = plural(2, of.every).slice(2);
  return (
    <Frame bands name={`${head.title}: how many ${each} by value`} range={rangeOf(all.map((b) => b.count), { zero: true })} unit={each} count={all.length} height={height}
      labels={(w) => all.flatMap((b, i) => (i % Math.ceil(all.length / Math.max(1, w / 44)) ? [] : [{ i, text: say1(b.from), second: i === 0 ? `${head.title}${scale.title ? `, ${scale.title}` : ""}` : undefined }]))}
      tip={(i) => ({ title: name(i), rows: [{ label: each, value: String(all[i].count), note: values.length ? `${Math.round((all[i].count / values.length) * 100)}%` : undefined }] })}>
      {(p) => all.map((b, i) => b.count > 0 && <rect key={i} x={p.x(i) - p.band / 2 + 0.5} width={Math.max(1, p.band - 1)} y={p.y(b.count)} height={p.y(0) - p.y(b.count)} style={{ fill: "var(--r-4)" }} />)}
    </Frame>
  );
}
