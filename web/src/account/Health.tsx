/** How healthy an account is: its score over the year, what moved it, and the shortest way up. */
import { IconRoute } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { isApiError } from "@/api/error";
import { Failure, Skel } from "@/ui/State";
import { Band } from "./Band";
import { dateText, explainQuery, healthQuery, trendQuery, type Change, type HealthPoint } from "./data";

const solid: Record<string, string> = { green: "var(--good)", yellow: "var(--attention-solid)", red: "var(--danger-solid)" };
const signed = (n: number) => (n > 0 ? "+" : n < 0 ? "−" : "") + Math.abs(n).toFixed(2);

export function Health({ id }: { id: number }) {
  const from = useMemo(() => new Date(Date.now() - 90 * 86_400_000).toISOString().slice(0, 10) + "T00:00:00Z", []);
  const health = useQuery(healthQuery(id));
  const trend = useQuery(trendQuery(id, from)), change = useQuery(explainQuery(id, from));
  const h = health.data;
  return (
    <section className="card" aria-label="Health">
      <header><h2 className="h3">Health</h2>{h && <><b className="t20 b6">{h.score === null ? "No score" : h.score.toFixed(2)}</b><Band band={h.band} /></>}<span className="grow" />{h?.scorecard && <span className="t12 m3">{h.scorecard.title}, version {h.scorecard.version}</span>}</header>
      {health.isError ? (isApiError(health.error) && health.error.status === 404 ? <p className="in m3">No scorecard scores this account yet.</p> : <Failure what="Its health" error={health.error} retry={() => health.refetch()} />)
      : !h ? <div className="in"><Skel w="60%" h={80} /></div> : (
        <>
          <div className="healthy">
            <Trend points={trend.data ?? []} />
            {change.data ? <Waterfall change={change.data} /> : change.isPending ? <Skel h={90} /> : <p className="m3 t12">What moved it cannot be told.</p>}
          </div>
          {h.score !== null && <p className="in t12 m2" style={{ borderTop: "1px solid var(--line)" }}>{Math.round(h.coverage * 100)}% of the weight that counts was observed.{h.override && ` ${h.override.title} decides its colour.`}</p>}
          {h.way.steps.length > 0 && <p className="in row" style={{ borderTop: "1px solid var(--line)", gap: 8, alignItems: "flex-start" }}><IconRoute size={16} stroke={1.75} aria-hidden /><span><b className="b6">Shortest way to {h.way.band}:</b> {h.way.steps.map((s, i) => <span key={s.name}>{i > 0 && ", "}{s.title} to {s.to} <span className="good">{signed(s.points)}</span></span>)}{h.way.score !== null && `. Together ${h.way.score.toFixed(2)}.`}</span></p>}
        </>
      )}
    </section>
  );
}

function Trend({ points }: { points: HealthPoint[] }) {
  const at = points.filter((p) => p.score !== null);
  if (at.length < 2) return <p className="m3 t12">A trend begins with the second day of scores.</p>;
  const t0 = Date.parse(at[0].at), t1 = Date.parse(at[at.length - 1].at) || t0 + 1;
  const x = (p: HealthPoint) => 24 + ((Date.parse(p.at) - t0) / Math.max(1, t1 - t0)) * 266, y = (v: number) => 130 - v * 1.2;
  let d = `M${x(at[0]).toFixed(1)} ${y(at[0].score!).toFixed(1)}`;
  for (const p of at.slice(1)) d += ` H${x(p).toFixed(1)} V${y(p.score!).toFixed(1)}`;
  const last = at[at.length - 1];
  return (
    <svg className="trend" viewBox="0 0 300 150" role="img" aria-label={`From ${at[0].score} on ${dateText(at[0].at.slice(0, 10))} to ${last.score} on ${dateText(last.at.slice(0, 10))}`}>
      {[0, 50, 75, 100].map((v) => <g key={v}><line x1="24" x2="290" y1={y(v)} y2={y(v)} stroke="var(--line)" strokeDasharray={v % 100 ? "3 3" : undefined} /><text x="0" y={y(v) + 4}>{v}</text></g>)}
      <path d={d} fill="none" stroke="var(--ink-2)" strokeWidth="1.75" strokeLinejoin="round" />
      <circle cx={x(last)} cy={y(last.score!)} r="3.5" fill={solid[last.band] ?? "var(--ink-3)"} />
      <text x="24" y="147">{dateText(at[0].at.slice(0, 10))}</text><text x="290" y="147" textAnchor="end">{dateText(last.at.slice(0, 10))}</text>
    </svg>
  );
}

function Waterfall({ change: c }: { change: Change }) {
  const parts = c.parts.filter((p) => p.points !== 0);
  if (parts.length === 0) return <p className="m3 t12">Nothing moved it since {dateText(c.from.at.slice(0, 10))}.</p>;
  let sum = 0;
  const steps = parts.map((p) => { const was = sum; sum += p.points; return { ...p, lo: Math.min(was, sum), hi: Math.max(was, sum) }; });
  const lo = Math.min(0, ...steps.map((s) => s.lo)), hi = Math.max(0, ...steps.map((s) => s.hi)), span = hi - lo || 1;
  return (
    <div className="waterfall" role="table" aria-label="What moved the score">
      <span className="m3">{dateText(c.from.at.slice(0, 10))}</span><span /><b className="num">{c.from.score?.toFixed(2) ?? "none"}</b>
      {steps.map((s, i) => <Step key={i} title={s.title || s.cause} points={s.points} left={((s.lo - lo) / span) * 100} width={((s.hi - s.lo) / span) * 100} note={s.from && s.to && s.from.colour !== s.to.colour ? `${s.from.colour || "none"} to ${s.to.colour || "none"}` : s.cause} />)}
      <b>Now</b><span className="m3">{signed(c.delta)}, nothing unexplained</span><b className="num">{c.to.score?.toFixed(2) ?? "none"}</b>
    </div>
  );
}

function Step({ title, points, left, width, note }: { title: string; points: number; left: number; width: number; note: string }) {
  return <><span className="cut" title={`${title}: ${note}`}>{title}</span><span className="bar"><i style={{ left: `${left}%`, width: `${width}%`, background: points < 0 ? "var(--danger-solid)" : "var(--good)" }} /></span><span className="num">{signed(points)}</span></>;
}
