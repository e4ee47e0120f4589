/** Puts a ticket the server returned everywhere it is shown: the record and every loaded list. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { ticketQuery } from "@/api/query";
import type { Ticket, TicketPage, TicketRow } from "@/api/types";
import { patchRows, rowOf } from "@/desk/useTickets";

type Pages = InfiniteData<TicketPage, string | null>;

export function settle(q: QueryClient, t: Ticket): void {
  q.setQueryData(ticketQuery(t.id).queryKey, t);
  patchLists(q, t.id, rowOf(t));
}

export function patchLists(q: QueryClient, id: number, part: Partial<TicketRow>): void {
  q.setQueriesData<Pages>({ queryKey: ["tickets"] }, (d) => patchRows(d, new Map([[id, part]])));
}
