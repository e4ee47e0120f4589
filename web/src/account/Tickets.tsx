/** The open tickets of an account, what is due first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ticketsQuery } from "@/api/query";
import type { TicketRow } from "@/api/types";
import { useCan } from "@/app/session";
import { UNSOLVED } from "@/desk/filter";
import { dueLabel, exact } from "@/lib/time";
import { countNoun, metricWord, priorityWord, statusWord } from "@/lib/words";
import { More } from "@/ui/More";
import { Failure, Skel } from "@/ui/State";
import { StatusIcon } from "@/ui/Tag";

export function Tickets({ id }: { id: number }) {
  return useCan("ticket.read") ? <Open id={id} /> : null;
}

function Open({ id }: { id: number }) {
  const query = useInfiniteQuery(ticketsQuery({ organization: String(id), status: UNSOLVED, sort: "due" }));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [], head = query.data?.pages[0];
  return (
    <section className="card" aria-label="Tickets">
      <header><h2 className="h3 grow">Open tickets</h2><Link className="link t12" to="/tickets" search={{ organization: String(id), status: UNSOLVED } as never}>{head ? `${countNoun(head.count, "ticket")} on the desk` : "On the desk"}</Link></header>
      {query.isError && rows.length === 0 ? <Failure what="Its tickets" error={query.error} retry={() => query.refetch()} /> : query.isPending ? <div className="in"><Skel w="70%" /></div> : rows.length === 0 ? <p className="in m3">No ticket is open.</p>
      : <ul className="acct-lines">{rows.map((t) => <One key={t.id} t={t} />)}</ul>}
      <More query={query} />
    </section>
  );
}

function One({ t }: { t: TicketRow }) {
  const due = t.due ? dueLabel(t.due) : null;
  return (
    <li>
      <span className="grow" style={{ minWidth: 0 }}><Link className="link b5 cut" style={{ display: "block" }} dir="auto" title={t.subject} to={`/tickets/${t.id}` as "/tickets"}>{t.subject}</Link>
        <span className="t12 m3 row" style={{ gap: 6 }}><StatusIcon status={t.status} /><span className="cut">{[statusWord[t.status], priorityWord[t.priority], t.assignee?.name ?? t.team?.title].filter(Boolean).join(", ")}</span></span></span>
      {due && <span className={`t12 nw ${due.tone === "ink" ? "m2" : due.tone}`} title={t.due!.at ? `${metricWord[t.due!.metric]} due ${exact(t.due!.at)}` : `${metricWord[t.due!.metric]} paused`}>{metricWord[t.due!.metric]}, {due.text}</span>}
    </li>
  );
}
