/** One clock drawn: hours shaded, running solid, paused hatched, due as a flag, red past it, now as a line. */
import { useId, useState } from "react";
import type { Clock } from "@/api/types";
import { exact } from "@/lib/time";
import { frac, hourBars, pieces, type Win } from "./geometry";
import { pieceSentence } from "./words";

const pc = (v: number) => `${(v * 100).toFixed(3)}%`;

export function Track({ clock, win, now, label }: { clock: Clock; win: Win; now: number; label: string }) {
  const [hover, setHover] = useState<number | null>(null);
  const hatch = useId();
  const parts = pieces(clock, win, now);
  const due = clock.due_at ? frac(Date.parse(clock.due_at), win) : null;
  const showNow = now > win.from && now < win.to;
  const at = hover === null ? null : win.from + hover * (win.to - win.from);
  const hit = at === null ? null : parts.find((p) => at >= p.from && at <= p.to);
  const nearDue = hover !== null && due !== null && Math.abs(hover - due) < 0.012;
  const tip = nearDue ? `Due ${exact(clock.due_at!)}` : hit ? pieceSentence(hit, now) : null;
  return (
    <div className="trk" onPointerMove={(e) => { const r = e.currentTarget.getBoundingClientRect(); setHover((e.clientX - r.left) / r.width); }} onPointerLeave={() => setHover(null)}>
      <svg width="100%" height="26" role="img" aria-label={`${label}. ${parts.map((p) => pieceSentence(p, now)).slice(0, 12).join(". ")}`}>
        <defs>
          <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="1.6" height="5" fill="var(--hatch)" /></pattern>
        </defs>
        {hourBars(clock.hours, win).map((h, i) => <rect key={i} x={pc(h.x)} width={pc(h.w)} y="3" height="20" fill="var(--hours)" />)}
        {parts.map((p, i) =>
          p.kind === "pause"
            ? <rect key={i} x={pc(p.x)} width={pc(p.w)} y="9.5" height="7" fill={`url(#${hatch})`} stroke="var(--hatch)" />
            : <rect key={i} x={pc(p.x)} width={pc(p.w)} y={p.inHours ? 9 : 12} height={p.inHours ? 8 : 2} fill={p.kind === "breach" ? "var(--danger-solid)" : "var(--on-track)"} />)}
        {due !== null && <svg x={pc(due)} y="2" overflow="visible"><path d="M0 0v22" stroke="var(--ink)" strokeWidth="1.5" /><path d="M0 0l8 4l-8 4z" fill="var(--ink)" /></svg>}
        {showNow && <rect x={pc(frac(now, win))} y="0" width="1.5" height="26" fill="var(--accent)" />}
      </svg>
      {tip && hover !== null && <span className="trktip" style={{ left: pc(hover), transform: `translateX(${hover > 0.7 ? "-100%" : hover < 0.3 ? "0" : "-50%"})` }}>{tip}</span>}
    </div>
  );
}
