/** The person's own few numbers of the last week beside the week before: theirs alone, nobody is compared. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { periodsQuery, seriesQuery, summariesQuery } from "@/api/insight";
import { useMe } from "@/app/session";
import { step } from "@/insight/scale";
import { parts } from "@/insight/chart/unit";
import { timeZone } from "@/lib/time";

/** Which figures, where they are in force and know their assignee; the first three count. */
const wanted: [string, string][] = [["solved", "Solved"], ["satisfaction", "Satisfied customers"], ["first-reply-time", "To your first reply"], ["opened", "New with you"]];
const assignee = "ticket.assignee";

export default function Own() {
  const me = useMe();
  const zone = timeZone();
  const all = useQuery({ ...summariesQuery, staleTime: 300_000 });
  const periods = useQuery(periodsQuery(zone));
  const week = periods.data?.find((p) => p.name === "last-7-days");
  const own = wanted.filter(([n]) => all.data?.some((i) => i.name === n && i.dimensions.some((d) => d.name === assignee))).slice(0, 3);
  const got = useQueries({ queries: week ? own.map(([n]) => ({ ...seriesQuery(n, { from: week.from, to: week.to, every: "day", zone, compare: "previous", filter: `${assignee} == ${me.person.id}` }), staleTime: 300_000 })) : [] });
  // Who has no figure yet sees no empty boxes.
  if (!week || !own.length || !got.every((q) => q.data) || got.every((q) => q.data!.total.count === 0)) return null;
  return (
    <section className="own" aria-label="Your last seven days">
      {got.map((q, i) => {
        const s = q.data!, [value, unit] = parts(s.total.value, s.indicator.unit), change = step(s.total.value, s.compare?.total.value, s.indicator.unit);
        return (
          <Link key={own[i][0]} to={`/insight/indicators/${own[i][0]}` as "/tickets"} title={s.indicator.sentence || undefined}>
            <span className="t12 m3">{own[i][1]}, last 7 days</span>
            <span className="row"><b className="t16 b6">{value}</b>{unit && <span className="m2 t12">{unit}</span>}<span className="grow" />{change && <span className="m3 t12">{change}</span>}</span>
          </Link>
        );
      })}
    </section>
  );
}
