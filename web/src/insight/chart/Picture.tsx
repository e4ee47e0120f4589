/** Figures as the picture somebody chose, with its legend; any of them turns into a table. */
import type { ChartKind, FigureGroup, SeriesAnswer } from "@/api/insight";
import { plural } from "@/lib/words";
import { Bars, Histogram } from "./Bars";
import { Figures, Groups } from "./Figures";
import { Swatch } from "./Frame";
import { Heat } from "./Heat";
import { Lines } from "./Lines";
import { Funnel, Ranks } from "./Ranks";
import { addsUp, byValue, drawing, fold, hasLegend, paints } from "./shape";
import { say } from "./unit";

interface Props { of: SeriesAnswer; chart: ChartKind; height?: number; table?: boolean; onPick?: (i: number) => void; onGroup?: (key: string) => void }

export function Picture({ of, chart, height = 200, table, onPick, onGroup }: Props) {
  const head = of.indicator;
  const { groups, left } = fold(of.groups, 8, head);
  if (table || chart === "table") return <div className="scroll" tabIndex={0} role="region" aria-label={`${head.title} as a table`} style={{ maxHeight: Math.max(height, 240) }}>{chart === "table" && of.groups.length > 1 ? <Groups of={of} onGroup={onGroup} /> : <Figures of={of} groups={of.groups} caption={head.title} />}</div>;
  const as = drawing(of, chart);
  if (as === "none") return <Nothing of={of} height={height} />;
  const points = of.groups[0].points;
  const legend = as === "chart" && groups.length > 1 && hasLegend(chart);
  return (
    <>
      {chart === "line" && <Lines of={of} groups={groups} height={height} onPick={onPick} />}
      {chart === "area" && <Lines of={of} groups={groups} stacked={addsUp(head)} height={height} onPick={onPick} />}
      {chart === "bar" && (as === "ranks" ? <Ranks unit={head.unit} onPick={onGroup} rows={byValue(of.groups).map((g) => ({ key: g.key, label: g.label, value: g.total.value }))} /> : groups.length > 1 && points.length > 400 ? <Lines of={of} groups={groups} stacked={addsUp(head)} height={height} onPick={onPick} /> : <Bars of={of} groups={groups} height={height} onPick={onPick} />)}
      {chart === "histogram" && <Histogram of={of} groups={of.groups} height={height} />}
      {chart === "heat-map" && <Heat of={of} points={of.groups.length === 1 ? points : of.groups.flatMap((g) => g.points)} />}
      {chart === "funnel" && <Funnel unit={head.unit} onPick={onGroup} stages={of.groups.map((g) => ({ key: g.key, label: g.label, value: g.total.value }))} />}
      {legend && <Legend groups={groups} unit={head.unit} dashed={chart === "line" || (chart === "area" && !addsUp(head))} onGroup={onGroup} />}
      {left > 0 && <p className="t12 m3">{plural(left, "smaller group")} {left === 1 ? "is" : "are"} in the table, not in the picture.</p>}
    </>
  );
}

/** Said where the reader may see figures of groups of people, and the group is too small. */
export const tooFew = "This would be about very few people, so it is shown only to those who may see figures of single people.";

function Nothing({ of, height }: { of: SeriesAnswer; height: number }) {
  return <div className="state" style={{ minHeight: Math.min(height, 120), padding: 16 }}><p className="m3">{of.total.hidden ? tooFew : "Nothing counted in this period."}</p></div>;
}

/** What each colour and pattern stands for, with its figure. */
export function Legend({ groups, unit, dashed, onGroup }: { groups: FigureGroup[]; unit: string; dashed: boolean; onGroup?: (key: string) => void }) {
  const paint = paints(groups.map((g) => g.key));
  return (
    <ul className="legend" aria-label="Legend">
      {groups.map((g) => { const p = paint.get(g.key)!; return <li key={g.key}><Swatch colour={p.colour} dash={dashed ? p.dash : undefined} />{onGroup && !g.key.startsWith("\u0000") ? <button type="button" className="cut" onClick={() => onGroup(g.key)}>{g.label}</button> : <span className="cut">{g.label}</span>}<span className="m3 nw">{say(g.total.value, unit)}</span></li>; })}
    </ul>
  );
}
