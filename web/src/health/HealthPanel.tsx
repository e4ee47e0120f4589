/** How healthy an account is: score and coverage, the year behind it, why it changed, and the way to the next band. */
import { IconHeartRateMonitor } from "@tabler/icons-react";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { healthQuery, trendQuery, type Health, type HealthPoint } from "@/api/health";
import type { ID } from "@/api/types";
import { dateText } from "@/account/data";
import { phrase } from "@/language/phrase";
import { DAY, ms, now } from "@/lib/time";
import { percent } from "@/lib/words";
import { Empty, Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { Band } from "./Band";
import { between, endOf, type Days } from "./days";
import { Measures } from "./Measures";
import { NextBand } from "./NextBand";
import { Trend } from "./Trend";
import { Waterfall } from "./Waterfall";
import { colourWord, points } from "./words";
import "./health.css";

/** The moment from which the change is told first: 30 days ago, or earlier when nothing has changed since. */
function begin(all: HealthPoint[], month: string): string {
  const last = all[all.length - 1];
  if (!last || all.length < 2) return last?.at ?? month;
  return ms(last.at) < ms(month) ? all[all.length - 2].at : ms(all[0].at) > ms(month) ? all[0].at : month;
}

export function HealthPanel({ account, days = {} }: { account: ID; days?: Days }) {
  const at = endOf(days.on, now());
  const query = useQuery(healthQuery(account, at)), trend = useQuery(trendQuery(account));
  const [picked, setPicked] = useState<string>();
  const h = query.data;
  if (query.isError && !h) return <Failure what="Its health" error={query.error} retry={() => query.refetch()} />;
  if (!h) return <div className="health" aria-busy="true"><Skel w={120} h={28} /><Skel h={160} style={{ marginTop: 16 }} /></div>;
  if (!h.scorecard) return days.on ? <Empty icon={<IconHeartRateMonitor size={20} stroke={1.75} aria-hidden />} title="It had no score on that day">Pick a later day.</Empty> : <Empty icon={<IconHeartRateMonitor size={20} stroke={1.75} aria-hidden />} title="No scorecard is for this account">Apply a scorecard that matches it, and its score appears here.</Empty>;
  return (
    <div className="health">
      <section className="now" aria-label="Score">
        <span className="big">{points(h.score)}</span><Band colour={h.band} />
        <p className="t12 m2 grow">{at && <>As known on {dateText(days.on!)}. </>}{h.override && <><b className="b6">{h.override.title}</b> makes it {colourWord[h.override.colour].toLowerCase()}. </>}Coverage {percent(h.coverage * 100, 0)}: that share of the weight has data. Scorecard {h.scorecard.title}, version {h.scorecard.version}.</p>
      </section>
      <Lately account={account} health={h} trend={trend} picked={picked} pick={setPicked} days={days} />
      {h.children.length > 0 && <section aria-label="Accounts below"><h3>Accounts below that count</h3><ul className="lower">{h.children.map((c) => <li key={c.account.id}><span className="grow cut">{c.account.name}</span><Band colour={c.band} small /><b className="num b6">{points(c.score)}</b></li>)}</ul></section>}
      <section aria-label="Measures"><h3>What it is made of</h3><Measures health={h} /></section>
    </div>
  );
}

interface Recent { account: ID; health: Health; trend: UseQueryResult<HealthPoint[]>; picked?: string; pick: (at?: string) => void; /** Days that somebody picked. */ days?: Days }

/** The score over time, what changed it since a moment, and the way to the next band. */
export function Lately({ account, health: h, trend, picked, pick, days = {} }: Recent) {
  const [month] = useState(() => new Date(now() - 30 * DAY).toISOString());
  const all = trend.data ?? [];
  const two = between(days), from = (two ? endOf(days.from, now()) : undefined) ?? picked ?? begin(all, month), to = two ? endOf(days.to, now()) : undefined;
  return (
    <>
      <section aria-label="Trend"><h3>Score over time</h3>{trend.isPending ? <Skel h={160} /> : trend.isError ? <Failure what="The trend" error={trend.error} retry={() => trend.refetch()} /> : <Trend all={all} from={from} pick={pick} />}</section>
      <div className="two">
        <section aria-label="Why it changed"><h3>{two ? <>Change from {dateText(days.from!)} to {days.to ? dateText(days.to) : phrase("now")}</> : <>Change since <When at={from} as="stamp" /></>}{picked && !two && <button type="button" className="tag" style={{ marginInlineStart: 8 }} onClick={() => pick(undefined)}>Lately</button>}</h3><Waterfall account={account} from={from} to={to} fromName={two ? dateText(days.from!) : undefined} toName={two && to ? dateText(days.to!) : undefined} /></section>
        <section aria-label="Way to the next band"><h3>Shortest way to {h.way.band ? colourWord[h.way.band].toLowerCase() : "the next band"}</h3><NextBand health={h} /></section>
      </div>
    </>
  );
}
