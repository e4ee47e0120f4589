/** Bars by group, a funnel of steps, and what made a figure change: horizontal bars with their words, so they read as lists too. */
import { useState } from "react";
import { phrase } from "@/language/phrase";
import { number } from "@/lib/words";
import { isOthers, waterfall, type Step } from "./shape";
import { say, sayChange } from "./unit";

export interface Rank { key: string; label: string; value: number | null; note?: string; colour?: string }
/** A bar a group, the largest first; bars of negative values go left of zero. */
export function Ranks({ rows, unit, onPick, most = 8 }: { rows: Rank[]; unit: string; onPick?: (key: string) => void; most?: number }) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, rows.length === most + 1 ? most + 1 : most);
  const hi = Math.max(0, ...rows.map((r) => r.value ?? 0)), lo = Math.min(0, ...rows.map((r) => r.value ?? 0)), span = hi - lo || 1;
  return (
    <ul className="ranks">
      {shown.map((r) => (
        <li key={r.key}>
          {onPick ? <button type="button" className="cut why" title={r.label} onClick={() => onPick(r.key)}>{r.label}</button> : <span className="cut" title={r.label}>{r.label}</span>}
          <span className="rank-bar" aria-hidden>{r.value !== null && <i style={{ left: `${((Math.min(0, r.value) - lo) / span) * 100}%`, width: `${(Math.abs(r.value) / span) * 100}%`, background: r.colour ?? "var(--r-4)" }} />}</span>
          <b className="b5 num nw">{say(r.value, unit)}</b>{r.note && <span className="m3 t12 num nw">{r.note}</span>}
        </li>
      ))}
      {rows.length > shown.length && <li><button type="button" className="link" onClick={() => setAll(true)}>{number(rows.length - shown.length)} others</button></li>}
      {rows.length === 0 && <li className="m3">Nothing counted in this period.</li>}
    </ul>
  );
}

/** What became of those of the step before. */
export function goesOn(value: number | null, before: number | null): string {
  const share = before && value !== null ? Math.round((value / before) * 100) : null;
  return share === null ? phrase("no share") : share > 100 ? phrase(`${share}% of the step before`) : phrase(`${share}% go on`);
}

export interface Stage { key: string; label: string; value: number | null; between?: string }
/** Steps of a pipeline: how many reached each, and which share of the step before. */
export function Funnel({ stages, unit, onPick }: { stages: Stage[]; unit: string; onPick?: (key: string) => void }) {
  const top = Math.max(1, ...stages.map((s) => s.value ?? 0));
  return (
    <ol className="funnel">
      {stages.map((s, i) => {
        return (
          <li key={s.key}>
            {i > 0 && <span className="between t12 m3"><span aria-hidden>↓</span> {goesOn(s.value, stages[i - 1].value)}{s.between && `, ${s.between}`}</span>}
            <span className="row">{onPick ? <button type="button" className="cut why" onClick={() => onPick(s.key)}>{s.label}</button> : <span className="cut">{s.label}</span>}<span className="grow" /><b className="b6 nw">{say(s.value, unit)}</b></span>
            <span className="rank-bar" aria-hidden><i style={{ width: `${((s.value ?? 0) / top) * 100}%`, background: `var(--r-${Math.max(2, 5 - i)})` }} /></span>
          </li>
        );
      })}
      {stages.length === 0 && <li className="m3">Nothing counted in this period.</li>}
    </ol>
  );
}

/** From the figure before to the figure now; the parts between sum exactly. */
export function Waterfall({ before, after, parts, unit, beforeName, afterName, onPick }: { before: number; after: number; parts: { key: string; label: string; amount: number }[]; unit: string; beforeName: string; afterName: string; onPick?: (key: string) => void }) {
  const [open, setOpen] = useState(false);
  const steps = waterfall(before, after, parts);
  const list = steps.flatMap((s): Step[] => (s.of && open ? (() => { let at = s.from; return s.of.map((p) => ({ key: p.key, label: p.label, from: at, to: (at += p.amount) })); })() : [s]));
  const ends = list.flatMap((s) => (s.total ? [s.to] : [s.from, s.to]));
  let lo = Math.min(...ends), hi = Math.max(...ends);
  const near = lo > 0 && hi - lo < lo * 0.5; // the change would be a hair of bars from zero
  if (!near) { lo = Math.min(0, lo); hi = Math.max(0, hi); } else lo -= (hi - lo) * 0.15 || lo * 0.01;
  const at = (v: number) => ((v - lo) / (hi - lo || 1)) * 100;
  return (
    <>
      <ul className="ranks waterfall">
        {list.map((s) => {
          const from = s.total ? Math.max(lo, Math.min(0, hi)) : s.from;
          const word = s.total ? (s.key.endsWith("before") ? beforeName : afterName) : s.label;
          return (
            <li key={s.key} className={s.total ? "b6" : undefined}>
              {s.of ? <button type="button" className="cut link" onClick={() => setOpen(true)}>{s.label}</button> : onPick && !s.total && !isOthers(s.key) ? <button type="button" className="cut why" title={word} onClick={() => onPick(s.key)}>{word}</button> : <span className="cut" title={word}>{word}</span>}
              <span className="rank-bar" aria-hidden><i className={s.total ? "" : s.to >= s.from ? "up" : "down"} style={{ left: `${Math.min(at(from), at(s.to))}%`, width: `max(2px, ${Math.abs(at(s.to) - at(from))}%)` }} /></span>
              <b className="b5 num nw">{s.total ? say(s.to, unit) : sayChange(s.to - s.from, unit)}</b>
            </li>
          );
        })}
      </ul>
      {near && <p className="t12 m3" style={{ marginTop: 4 }}>Bars begin at {say(lo, unit)}, so that the change is seen.</p>}
    </>
  );
}
