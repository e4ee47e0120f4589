/** How well a scorecard told renewals from losses: rank quality of the score, each measure and each segment, with its interval. */
import { IconScale } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { backtestQuery, scorecardsQuery, type Quality } from "@/api/health";
import { fmt, ms } from "@/lib/time";
import { number, plural } from "@/lib/words";
import { Export } from "@/account/Export";
import { Empty, Failure, Skel, SkelRows } from "@/ui/State";
import "./health.css";

export function BacktestPage() {
  const { name } = useParams({ strict: false }) as { name?: string };
  const cards = useQuery(scorecardsQuery);
  const open = name ?? cards.data?.[0]?.name;
  useEffect(() => { document.title = "Backtest, Steward"; }, []);
  return (
    <main className="pane page" aria-label="Backtest">
      <header className="top"><h1 className="t20 b6">Backtest of scorecards</h1><p className="t12 m2">Would the scores of the past have told who renews and who leaves?</p>
        {(cards.data?.length ?? 0) > 1 && <nav className="row wrap" style={{ gap: 4, marginTop: 8 }} aria-label="Scorecards">{cards.data!.map((c) => <Link key={c.id} className={`tag${c.name === open ? " accent" : ""}`} to={`/scorecards/${c.name}` as "/tickets"}>{c.title}</Link>)}</nav>}</header>
      <div className="scroll">
        {cards.isError ? <Failure what="The scorecards" error={cards.error} retry={() => cards.refetch()} />
        : cards.isSuccess && cards.data.length === 0 ? <Empty icon={<IconScale size={20} stroke={1.75} aria-hidden />} title="No scorecard yet">Apply a scorecard, and it can be held against past renewals here.</Empty>
        : open ? <One name={open} /> : <div className="health"><Skel w="40%" /></div>}
      </div>
    </main>
  );
}

const day = (iso: string) => fmt(ms(iso), { day: "numeric", month: "short", year: "numeric" }, "UTC");

function One({ name }: { name: string }) {
  const query = useQuery(backtestQuery(name));
  if (query.isError && !query.data) return <Failure what="The backtest" error={query.error} retry={() => query.refetch()} />;
  const b = query.data;
  if (b && b.renewed + b.lost === 0) return <Empty icon={<IconScale size={20} stroke={1.75} aria-hidden />} title="No renewal to hold it against">Renewals are told by accounts: a renewal day that moved on or passed, or the stage churned.</Empty>;
  return (
    <div className="health">
      {b ? <p className="m2"><span style={{ float: "inline-end" }}><Export table="backtest" ask={{ scorecard: name }} tip="Export the figures" /></span>{plural(b.renewed, "renewal")} and {plural(b.lost, "loss", "losses")}{b.from && b.to && ` from ${day(b.from)} to ${day(b.to)}`}. The figure is the chance that of one account that renewed and one that left, the first had scored better; 0.50 is chance. The line is its 95% interval.{b.bounded && " Only the newest 2,000 were looked at; steward health backtest looks at all."}{b.without_score > 0 && ` ${plural(b.without_score, "account")} had no score then.`}</p> : <Skel w="70%" />}
      {b ? b.horizons.map((h) => (
        <section key={h.days} aria-label={`${h.days} days before`}><h3>{h.days} days before the renewal</h3>
          <table className="ranktable"><thead><tr><th scope="col">Of</th><th scope="col">0.5 to 1</th><th scope="col" className="num">Quality</th><th scope="col" className="num">Renewed, lost</th></tr></thead>
            <tbody><Row q={h.score} strong /></tbody><tbody><tr className="group"><th colSpan={4} scope="rowgroup">Measures</th></tr>{h.measures.map((q) => <Row key={q.name} q={q} />)}</tbody>
            {h.segments.length > 1 && <tbody><tr className="group"><th colSpan={4} scope="rowgroup">The score within a segment</th></tr>{h.segments.map((q) => <Row key={q.name} q={q} />)}</tbody>}
          </table>
        </section>
      )) : <table className="ranktable"><SkelRows rows={6} cols={4} /></table>}
    </div>
  );
}

function Row({ q, strong }: { q: Quality; strong?: boolean }) {
  const at = (v: number) => `${Math.min(Math.max((v - 0.5) * 200, 0), 100)}%`;
  const few = q.auc === null || q.too_small;
  return (
    <tr className={few ? "away" : ""}>
      <th scope="row" className={strong ? "b6" : ""}>{q.title}</th>
      <td><span className="rank" aria-hidden="true">{q.auc !== null && q.low !== null && q.high !== null && <><i style={{ left: at(q.low), right: `calc(100% - ${at(q.high)})` }} /><b style={{ left: at(q.auc) }} /></>}</span></td>
      <td className="num nw">{q.auc === null ? <span className="m3">Cannot be said</span> : <><b className="b6">{q.auc.toFixed(2)}</b><span className="sub">{q.too_small ? "too few to say" : `${q.low!.toFixed(2)} to ${q.high!.toFixed(2)}`}</span></>}</td>
      <td className="num nw">{number(q.renewed)}, {number(q.lost)}</td>
    </tr>
  );
}
