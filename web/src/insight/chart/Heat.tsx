/** Hours of the week: the darker the more, with a scale beside it; a number in each cell where it fits, and hatching where nothing counted. */
import { useElementSize } from "@mantine/hooks";
import { useId, useState, type KeyboardEvent } from "react";
import type { FigurePoint, SeriesAnswer } from "@/api/insight";
import { addsUp, week } from "./shape";
import { say } from "./unit";

const days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const L = 34, TOP = 4;
export function Heat({ of, points }: { of: SeriesAnswer; points: FigurePoint[] }) {
  const { ref, width: measured } = useElementSize();
  const width = Math.max(240, measured || 480);
  const id = useId(), pattern = `gap-${id.replaceAll(":", "")}`;
  const [at, setAt] = useState<number | null>(null);
  const cells = week(points, of.zone, of.indicator), unit = of.indicator.unit;
  const known = cells.flatMap((c) => (c.value === null ? [] : [c.value]));
  const lo = Math.min(...known, addsUp(of.indicator) ? 0 : Infinity), hi = Math.max(...known);
  const tall = width < 420; // hours down, days across
  const w = tall ? (width - L) / 7 : (width - L) / 24, h = tall ? 12 : 24;
  const height = TOP + (tall ? 24 : 7) * h + 18;
  const place = (i: number): [number, number] => { const d = Math.floor(i / 24), o = i % 24; return tall ? [L + d * w, TOP + o * h] : [L + o * w, TOP + d * h]; };
  const level = (v: number) => (hi > lo ? Math.min(5, 1 + Math.floor(((v - lo) / (hi - lo)) * 5)) : 3);
  const key = (e: KeyboardEvent) => {
    const by = tall ? { ArrowRight: 24, ArrowLeft: -24, ArrowDown: 1, ArrowUp: -1 }[e.key] : { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 24, ArrowUp: -24 }[e.key];
    if (!by) return;
    e.preventDefault();
    const to = (at ?? (by > 0 ? -by : 168 + by)) + by;
    if (to >= 0 && to < 168) setAt(to);
  };
  const c = at === null ? null : cells[at];
  return (
    <div ref={ref} className="chart heat">
      <svg width={width} height={height} tabIndex={0} role="group" aria-roledescription="chart" aria-label={`${of.indicator.title} by hour and weekday. Arrow keys move from cell to cell.`} aria-describedby={id} onKeyDown={key} onBlur={() => setAt(null)} onPointerLeave={() => setAt(null)}>
        <defs><pattern id={pattern} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line x1="0" x2="0" y1="0" y2="5" stroke="var(--line)" strokeWidth="2" /></pattern></defs>
        {cells.map((cell, i) => {
          const [x, y] = place(i);
          return <rect key={i} x={x + 0.5} y={y + 0.5} width={w - 1} height={h - 1} rx="1.5" className={i === at ? "cell on" : "cell"} style={{ fill: cell.value === null ? `url(#${pattern})` : `var(--r-${level(cell.value)})` }} onPointerEnter={() => setAt(i)} />;
        })}
        {(tall ? [0, 6, 12, 18] : [0, 3, 6, 9, 12, 15, 18, 21]).map((o) => tall ? <text key={o} x={L - 6} y={TOP + o * h + 10} textAnchor="end">{String(o).padStart(2, "0")}</text> : <text key={o} x={L + o * w} y={height - 4}>{String(o).padStart(2, "0")}:00</text>)}
        {days.map((d, k) => tall ? <text key={d} x={L + k * w + w / 2} y={height - 4} textAnchor="middle">{d}</text> : <text key={d} x={L - 6} y={TOP + k * h + 16} textAnchor="end">{d}</text>)}
      </svg>
      <p className="row t12 m2 heat-said" id={id} aria-live="polite">{c ? <span className="grow"><b className="b6">{c.label}</b> {say(c.value, unit)}{c.count > 0 && unit !== "" && `, ${c.count} counted`}</span>
      : known.length ? <span className="row grow" style={{ gap: 4 }}><span>{say(lo, unit)}</span>{[1, 2, 3, 4, 5].map((k) => <i key={k} style={{ background: `var(--r-${k})` }} />)}<span>{say(hi, unit)}</span></span> : <span className="grow">Nothing counted in this period.</span>}<span className="m3">{of.zone}</span></p>
    </div>
  );
}
