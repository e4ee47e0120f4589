/** The frame of every chart with axes: grid, units, labels, and a mark that the pointer and the arrow keys move. */
import { useElementSize } from "@mantine/hooks";
import { useId, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import { ticks, type Label, type Range } from "./axis";
import { axisUnit, tick } from "./unit";
import "./chart.css";

export interface Plot { x: (i: number) => number; y: (v: number) => number; left: number; right: number; top: number; bottom: number; width: number; band: number; at: number | null }
interface Props {
  /** What a reader hears first. */ name: string;
  range: Range; unit: string; count: number; height?: number;
  /** Points stand in the middle of a band (bars) instead of reaching both edges (lines). */ bands?: boolean;
  labels: (width: number) => Label[];
  /** What the box beside the mark says about a point. */ tip: (i: number) => { title: string; rows: { colour?: string; dash?: string; label: string; value: string; note?: string }[] };
  onPick?: (i: number) => void;
  children: (p: Plot) => ReactNode;
}

const TOP = 12;
export function Frame({ name, range, unit, count, height = 200, bands, labels, tip, onPick, children }: Props) {
  const { ref, width: measured } = useElementSize();
  const width = Math.max(160, measured || 480);
  const [at, setAt] = useState<number | null>(null);
  const said = useId();
  const scale = axisUnit(unit, Math.max(Math.abs(range.lo), Math.abs(range.hi)));
  const steps = ticks(range.lo / scale.by, range.hi / scale.by, height < 140 ? 2 : 4, whole.has(unit) ? 1 : 0);
  const step = steps.length > 1 ? steps[1] - steps[0] : 1;
  const lo = Math.min(range.lo, steps[0] * scale.by), hi = Math.max(range.hi, steps[steps.length - 1] * scale.by);
  const texts = steps.map((v) => tick(v, step, scale.suffix));
  const left = 10 + Math.max(14, ...texts.map((t) => t.length * 6.4)), right = width - 10;
  const label = labels(right - left);
  const second = label.some((l) => l.second);
  const top = TOP + (scale.title ? 12 : 0), bottom = height - (second ? 34 : 22);
  const band = (right - left) / Math.max(1, count);
  const x = (i: number) => (bands ? left + band * (i + 0.5) : count < 2 ? (left + right) / 2 : left + (i / (count - 1)) * (right - left));
  const y = (v: number) => bottom - ((v - lo) / (hi - lo || 1)) * (bottom - top);
  const point = (e: PointerEvent<SVGSVGElement>) => {
    const px = e.clientX - e.currentTarget.getBoundingClientRect().left;
    const i = bands ? Math.floor((px - left) / band) : Math.round(((px - left) / (right - left)) * (count - 1));
    setAt(count === 0 || px < left - 12 || px > right + 12 ? null : Math.min(count - 1, Math.max(0, i)));
  };
  const key = (e: KeyboardEvent) => {
    const big = e.shiftKey ? Math.max(1, Math.round(count / 10)) : 1;
    const to = { ArrowRight: (at ?? -1) + big, ArrowLeft: (at ?? count) - big, Home: 0, End: count - 1 }[e.key];
    if (to !== undefined && count > 0) { e.preventDefault(); setAt(Math.min(count - 1, Math.max(0, to))); }
    else if (e.key === "Escape" && at !== null) { e.stopPropagation(); setAt(null); }
    else if (e.key === "Enter" && at !== null && onPick) { e.preventDefault(); onPick(at); }
  };
  const box = at === null ? null : tip(at);
  const flip = at !== null && x(at) > left + (right - left) * 0.55;
  return (
    <div ref={ref} className="chart" style={{ height }}>
      <svg width={width} height={height} tabIndex={0} role="group" aria-roledescription="chart" aria-label={`${name}. Arrow keys move from point to point.`} aria-describedby={said}
        onPointerMove={point} onPointerLeave={() => setAt(null)} onBlur={() => setAt(null)} onKeyDown={key} onClick={() => at !== null && onPick?.(at)} style={{ cursor: onPick && at !== null ? "pointer" : undefined }}>
        {steps.map((v, i) => <g key={v} aria-hidden><line className={v === 0 ? "zero" : "grid"} x1={left} x2={right} y1={y(v * scale.by)} y2={y(v * scale.by)} /><text x={left - 8} y={y(v * scale.by) + 4} textAnchor="end">{texts[i]}</text></g>)}
        {scale.title && <text className="unit" x={2} y={11} aria-hidden>{scale.title}</text>}
        {label.map((l) => <g key={l.i} aria-hidden><text x={x(l.i)} y={bottom + 16} textAnchor="middle">{l.text}</text>{l.second && <text className="second" x={l.second.length > 8 ? left : x(l.i)} y={bottom + 29} textAnchor={l.second.length > 8 ? "start" : "middle"}>{l.second}</text>}</g>)}
        {at !== null && (bands ? <rect className="mark" x={x(at) - band / 2} width={band} y={top - 4} height={bottom - top + 4} /> : <line className="mark" x1={x(at)} x2={x(at)} y1={top - 4} y2={bottom} />)}
        {children({ x, y, left, right, top, bottom, width, band, at })}
      </svg>
      {box && (
        <div className="chart-tip" aria-hidden style={flip ? { right: width - x(at!) + 12 } : { left: x(at!) + 12 }}>
          <b className="b6">{box.title}</b>
          {box.rows.map((r) => <span key={r.label} className="row"><Swatch colour={r.colour} dash={r.dash} /><span className="grow cut">{r.label}</span><b className="b5">{r.value}</b>{r.note && <span className="m3">{r.note}</span>}</span>)}
        </div>
      )}
      <span id={said} className="sr" aria-live="polite">{box && `${box.title}: ${box.rows.map((r) => `${r.label} ${r.value}${r.note ? `, ${r.note}` : ""}`).join("; ")}`}</span>
    </div>
  );
}
/** What is only ever counted whole. */
const whole = new Set(["count"]);

/** A sample of how a group is drawn: colour and pattern. */
export function Swatch({ colour, dash }: { colour?: string; dash?: string }) {
  if (!colour) return null;
  return <svg className="swatch" width="18" height="8" aria-hidden><line x1="1" x2="17" y1="4" y2="4" stroke={colour} strokeWidth="3" strokeDasharray={dash} strokeLinecap={dash ? "butt" : "round"} /></svg>;
}
