/** The change of a score between two moments, part by part; the parts add up to it as shown. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { explainQuery, type HealthPart } from "@/api/health";
import type { ID } from "@/api/types";
import { Failure, SkelRows } from "@/ui/State";
import { When } from "@/ui/When";
import { causeWord, points, sides, signed } from "./words";
import { Events } from "./Events";

/** What the ends are called, where they are not times. */
interface Ends { fromName?: string; toName?: string }
export function Waterfall({ account, from, to, fromName, toName }: { account: ID; from: string; to?: string } & Ends) {
  const query = useQuery(explainQuery(account, from, to));
  const [open, setOpen] = useState("");
  if (query.isError && !query.data) return <Failure what="The explanation" error={query.error} retry={() => query.refetch()} />;
  if (!query.data) return <table className="falls"><SkelRows rows={4} cols={3} /></table>;
  const c = query.data;
  let at = c.from.score ?? 0;
  const rows = c.parts.map((p, k) => { const begin = at; at = Math.round((at + p.points) * 100) / 100; return { p, key: `${p.cause} ${p.name} ${k}`, begin, end: at }; });
  const all = [c.from.score ?? 0, c.to.score ?? 0, ...rows.map((r) => r.end)];
  const lo = Math.max(0, Math.floor((Math.min(...all) - 4) / 5) * 5), hi = Math.min(100, Math.ceil((Math.max(...all) + 4) / 5) * 5);
  const at100 = (v: number) => `${((v - lo) / (hi - lo)) * 100}%`;
  const bar = (a: number, b: number, kind: string) => <span className="track" aria-hidden="true"><i className={kind} style={{ left: at100(Math.min(a, b)), width: `max(2px, ${((Math.abs(b - a)) / (hi - lo)) * 100}%)` }} /></span>;
  return (
    <table className="falls" aria-label="What the score changed by">
      <tbody>
        <tr className="sum"><th scope="row">{fromName ?? <When at={c.from.at} as="stamp" />}</th><td>{bar(lo, c.from.score ?? 0, "whole")}</td><td className="num b6">{points(c.from.score)}</td></tr>
        {rows.map(({ p, key, begin, end }) => (
          <tr key={key}>
            <th scope="row"><button type="button" className="link-like" aria-expanded={open === key} onClick={() => setOpen(open === key ? "" : key)}>{name(p)}</button><span className="sub">{[causeWord[p.cause], sides(p)].filter(Boolean).join(", ")}</span>{open === key && <More part={p} />}</th>
            <td>{bar(begin, end, p.points < 0 ? "down" : "up")}</td><td className={`num b6 ${p.points < 0 ? "danger" : "good"}`}>{signed(p.points)}</td>
          </tr>
        ))}
        {rows.length === 0 && <tr><td colSpan={3} className="m3">Nothing changed between these moments.</td></tr>}
        <tr className="sum"><th scope="row">{toName ?? (to ? <When at={to} as="stamp" /> : "Now")}</th><td>{bar(lo, c.to.score ?? 0, "whole")}</td><td className="num b6">{points(c.to.score)}</td></tr>
        {lo > 0 && <tr><td colSpan={3} className="t12 m3">Bars begin at {lo}, so that the change is seen.</td></tr>}
      </tbody>
    </table>
  );
}

const name = (p: HealthPart) => p.account?.name ?? (p.title || causeWord[p.cause]);

function More({ part: p }: { part: HealthPart }) {
  return <span className="more t12 m2">{p.effective !== null && `It counted with ${p.effective}% of the score. `}Exactly {p.exact} points. {p.events.length > 0 ? <Events ids={p.events} /> : "No single event is behind it."}</span>;
}
