/** What is due in a month, day by day. */
import { IconCalendar, IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { DatedStep } from "@/api/types";
import { clockTime, dayNumber, fmt, ms, now } from "@/lib/time";
import { Btn } from "@/ui/Btn";
import { Empty, Failure, Skel } from "@/ui/State";
import { datedQuery } from "./query";
import { whoText } from "./words";

export function Dated({ playbook }: { playbook: string }) {
  const [month, setMonth] = useState(0);
  const d = new Date(now());
  const first = Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + month, 1), next = Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + month + 1, 1);
  const query = useQuery(datedQuery(playbook, new Date(first).toISOString(), new Date(next).toISOString()));
  const days = new Map<number, DatedStep[]>();
  for (const s of query.data ?? []) {
    const n = dayNumber(ms(s.due));
    days.set(n, [...(days.get(n) ?? []), s]);
  }
  const today = dayNumber(now());
  return (
    <div className="scroll">
      <div className="row block" style={{ gap: 8, paddingTop: 10, paddingBottom: 10 }}>
        <Btn small icon={<IconChevronLeft size={16} stroke={1.75} aria-hidden />} tip="Month before" onClick={() => setMonth(month - 1)} />
        <b className="b6" style={{ minWidth: 130, textAlign: "center" }}>{fmt(first + 43_200_000, { month: "long", year: "numeric" }, "UTC")}</b>
        <Btn small icon={<IconChevronRight size={16} stroke={1.75} aria-hidden />} tip="Next month" onClick={() => setMonth(month + 1)} />
        {month !== 0 && <Btn small kind="quiet" onClick={() => setMonth(0)}>This month</Btn>}
      </div>
      {query.isPending && <div className="block" aria-busy="true"><Skel w="60%" /><Skel w="44%" style={{ marginTop: 12 }} /></div>}
      {query.isError && !query.data && <Failure what="The calendar" error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && days.size === 0 && <Empty icon={<IconCalendar size={20} stroke={1.75} aria-hidden />} title="Nothing is due in this month">Steps under way appear on the day they are due.</Empty>}
      {[...days].map(([n, list]) => (
        <section key={n} className={`day${n === today ? " today" : ""}`} aria-label={fmt(ms(list[0].due), { weekday: "long", day: "numeric", month: "long" })}>
          <h2 className="t12 b6"><span className={n < today ? "danger" : undefined}>{fmt(ms(list[0].due), { weekday: "short", day: "numeric", month: "short" })}</span>{n === today && <span className="m3"> today</span>}</h2>
          <ul>{list.map((s) => (
            <li key={`${s.run_id}/${s.step}`} className="row wrap"><time className="sub tn" dateTime={s.due}>{clockTime(ms(s.due))}</time>
              <Link className="link cut" to={`/runs/${s.run_id}` as "/tickets"} dir="auto">{s.title}</Link><span className="sub cut grow" dir="auto">{s.called}: {s.run}{s.who.length > 0 && ` · ${whoText(s.who)}`}</span></li>
          ))}</ul>
        </section>
      ))}
    </div>
  );
}
