/** A year of an account's score: steps over the colours' bands; a tick where the scorecard changed. Two moments can be picked. */
import { useLayoutEffect, useRef, useState } from "react";
import type { HealthPoint } from "@/api/health";
import { fmt, ms, now } from "@/lib/time";
import { Btn } from "@/ui/Btn";
import { ticks } from "./ticks";
import { colourWord, points } from "./words";

const H = 190, L = 30, TOP = 10, BOTTOM = 160, DAY = 86_400_000;
export function Trend({ all, from, pick }: { all: HealthPoint[]; from: string; pick: (at: string) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const [W, setW] = useState(720);
  useLayoutEffect(() => {
    const el = box.current!;
    const look = new ResizeObserver(() => setW(Math.max(240, Math.round(el.clientWidth))));
    look.observe(el);
    return () => look.disconnect();
  }, []);
  const R = W - 8;
  const end = now(), first = all.length ? ms(all[0].at) : end - DAY;
  const begin = Math.min(Math.max(first, end - 366 * DAY), end - 7 * DAY);
  const x = (t: number) => L + ((Math.min(Math.max(t, begin), end) - begin) / (end - begin)) * (R - L);
  const y = (v: number) => BOTTOM - (v / 100) * (BOTTOM - TOP);
  const runs: string[] = [];
  let line = "";
  all.forEach((p, k) => {
    const until = x(k + 1 < all.length ? ms(all[k + 1].at) : end);
    if (p.score === null) { if (line) runs.push(line); line = ""; return; }
    line += `${line ? "L" : "M"}${x(ms(p.at)).toFixed(1)},${y(p.score).toFixed(1)}L${until.toFixed(1)},${y(p.score).toFixed(1)}`;
  });
  if (line) runs.push(line);
  const marks = ticks(begin, end, Math.max(3, Math.floor(W / 90)));
  const bands = (["green", "yellow", "red"] as const).map((c) => { const v = all.filter((p) => p.band === c && p.score !== null).map((p) => p.score!); return { c, v }; });
  const cards = all.filter((p, k) => k > 0 && p.scorecard && all[k - 1].scorecard && (p.scorecard.id !== all[k - 1].scorecard!.id || p.scorecard.version !== all[k - 1].scorecard!.version));
  const said = bands.filter((b) => b.v.length).map((b) => `${colourWord[b.c].toLowerCase()} ${b.v.length} times`).join(", ");
  const step = (to: number) => { const at = all.findIndex((p) => p.at === from); const next = all[Math.min(Math.max((at < 0 ? 0 : at) + to, 0), all.length - 1)]; if (next) pick(next.at); };
  return (
    <div className="trend" ref={box}>
      <svg viewBox={`0 0 ${W} ${H}`} role="img" aria-label={`Score over time: ${said || "no score yet"}`}>
        {[0, 25, 50, 75, 100].map((v) => <g key={v}><line x1={L} x2={R} y1={y(v)} y2={y(v)} stroke="var(--line)" /><text x={L - 6} y={y(v) + 4} textAnchor="end">{v}</text></g>)}
        {marks.map(({ at, word }) => <text key={at} x={x(at)} y={H - 10} textAnchor="middle">{word}</text>)}
        {cards.map((p) => <g key={p.at}><line x1={x(ms(p.at))} x2={x(ms(p.at))} y1={TOP} y2={BOTTOM} stroke="var(--ink-3)" strokeDasharray="2 3" /><title>{`Scorecard ${p.scorecard!.title}, version ${p.scorecard!.version}`}</title></g>)}
        {runs.map((d) => <path key={d} d={d} fill="none" stroke="var(--accent)" strokeWidth="1.75" />)}
        {all.map((p) => p.score !== null && <circle key={p.at} cx={x(ms(p.at))} cy={y(p.score)} r={p.at === from ? 5 : 3.25} className={`dot ${p.band}${p.at === from ? " on" : ""}`} onClick={() => pick(p.at)}><title>{`${fmt(ms(p.at), { day: "numeric", month: "short", year: "numeric" })}: ${points(p.score)}, ${colourWord[p.band].toLowerCase()}. Explain the change since then`}</title></circle>)}
      </svg>
      {all.length > 1 && <div className="row wrap t12 m3 pickers"><span className="grow">{cards.length > 0 && "A dotted line marks another version of the scorecard."}</span><Btn small onClick={() => step(-1)}>Earlier</Btn><Btn small onClick={() => step(1)}>Later</Btn></div>}
    </div>
  );
}
