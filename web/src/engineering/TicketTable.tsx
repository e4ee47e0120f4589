/** Tickets as evidence: who asks, since when, and what their organization is worth. */
import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { EvidenceTicket } from "@/api/types";
import { More } from "@/ui/More";
import { Failure, SkelRows } from "@/ui/State";
import { StatusTag } from "@/ui/Tag";
import { When } from "@/ui/When";
import { money } from "./words";

interface Props { rows: EvidenceTicket[]; query: Pick<UseInfiniteQueryResult, "isPending" | "isError" | "error" | "refetch" | "hasNextPage" | "isFetchingNextPage" | "fetchNextPage" | "isFetchNextPageError">; currency?: string; revenue?: boolean }
export function TicketTable({ rows, query, currency = "", revenue }: Props) {
  if (query.isError && rows.length === 0) return <Failure what="The tickets" error={query.error} retry={() => void query.refetch()} />;
  if (!query.isPending && rows.length === 0) return <p className="m3 block">No ticket that you may see.</p>;
  return (
    <>
      <table className="tbl fixed">
        <thead><tr><th>Ticket</th><th className="wide" style={{ width: 200 }}>Organization</th><th style={{ width: 100 }}>Status</th>{revenue && <th className="num wide" style={{ width: 148 }}>Revenue</th>}<th className="num wide" style={{ width: 110 }}>Opened</th></tr></thead>
        {query.isPending ? <SkelRows rows={4} cols={revenue ? 5 : 4} /> : <tbody>{rows.map((t) => (
          <tr key={t.id}>
            <td><p className="cut"><Link className="link" dir="auto" to={`/tickets/${t.id}` as "/tickets"} title={t.subject}>{t.subject}</Link></p><p className="sub cut">#{t.id} · {t.requester.name}</p></td>
            <td className="cut wide" dir="auto">{t.organization?.name ?? <span className="m3">None</span>}</td>
            <td><StatusTag status={t.status} /></td>
            {revenue && <td className="num wide">{t.revenue !== undefined && t.revenue !== null ? money({ revenue: t.revenue, currency }) : <span className="m3">None</span>}</td>}
            <td className="num m3 wide"><When at={t.created_at} /></td>
          </tr>
        ))}</tbody>}
      </table>
      <More query={query} />
    </>
  );
}
