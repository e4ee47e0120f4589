/** The tickets of one person or organization. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ticketsQuery, type TicketFilter } from "@/api/query";
import { countNoun } from "@/lib/words";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { StatusTag } from "@/ui/Tag";
import { When } from "@/ui/When";

export function TicketTable({ filter, write }: { filter: TicketFilter; write?: string }) {
  const query = useInfiniteQuery(ticketsQuery({ ...filter, sort: "updated" }));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const head = query.data?.pages[0];
  return (
    <section className="scroll" aria-label="Tickets">
      <div className="row chips"><h2 className="h3 grow">Tickets</h2>{head && <Link className="link t12" to="/tickets" search={filter as never}>{countNoun(head.count, "ticket")} on the desk</Link>}</div>
      {query.isError && rows.length === 0 ? <Failure what="The tickets" error={query.error} retry={() => query.refetch()} />
      : query.isSuccess && rows.length === 0 ? <Empty title="No ticket yet" action={<Link className="btn" to={"/tickets/new" as "/tickets"} search={(write ? { for: write } : {}) as never}>Open a ticket</Link>}>What they write will be listed here, newest first.</Empty>
      : (
        <table className="tbl fixed">
          <thead><tr><th style={{ width: 92 }}>Ticket</th><th>Subject</th><th style={{ width: 108 }}>Status</th><th className="num wide" style={{ width: 120 }}>Changed</th></tr></thead>
          {query.isPending ? <SkelRows cols={4} rows={5} /> : (
            <tbody>{rows.map((r) => (
              <tr key={r.id}><td><Link className="link" to={`/tickets/${r.id}` as "/tickets"}>{r.id}</Link></td><td className="cut" dir="auto"><Link to={`/tickets/${r.id}` as "/tickets"}>{r.subject}</Link></td><td><StatusTag status={r.status} /></td><td className="num m3 wide nw"><When at={r.updated_at} /></td></tr>
            ))}</tbody>
          )}
        </table>
      )}
      <More query={query} />
    </section>
  );
}
