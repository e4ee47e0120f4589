/** How healthy an account is: its score over time, what moved it lately, and the shortest way up. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { healthQuery, trendQuery } from "@/api/health";
import { Lately } from "@/health/HealthPanel";
import { points } from "@/health/words";
import { percent } from "@/lib/words";
import { Failure, Skel } from "@/ui/State";
import { Band } from "./Band";
import { Export } from "./Export";
import { Judge } from "./Judge";

export function Health({ id, may }: { id: number; may: boolean }) {
  const health = useQuery(healthQuery(id)), trend = useQuery(trendQuery(id));
  const [picked, pick] = useState<string>();
  const h = health.data;
  return (
    <section className="card" aria-label="Health">
      <header><h2 className="h3">Health</h2>{h?.scorecard && <><b className="t20 b6">{points(h.score)}</b><Band band={h.band} /></>}<span className="grow" /><Export table="health" ask={{ account: id }} tip="Export every change of the score" />{may && <Judge id={id} />}{h?.scorecard && <Link className="link t12" to={`/accounts/${id}/health` as "/tickets"}>What it is made of</Link>}</header>
      {health.isError && !h ? <Failure what="Its health" error={health.error} retry={() => health.refetch()} />
      : !h ? <div className="in"><Skel w="60%" h={80} /></div>
      : !h.scorecard ? <p className="in m3">No scorecard scores this account yet.</p> : (
        <div className="in health">
          <p className="t12 m2">{h.scorecard.title}, version {h.scorecard.version}. {percent(h.coverage * 100, 0)} of the weight has data.{h.override && ` ${h.override.title} decides the colour.`}</p>
          <Lately account={id} health={h} trend={trend} picked={picked} pick={pick} />
        </div>
      )}
    </section>
  );
}
