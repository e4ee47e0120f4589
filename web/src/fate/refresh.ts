/** Fetches again what a change of several tickets touches, and takes merges back. */
import type { QueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import type { Guard, Ticket, TicketMerge } from "@/api/types";
import { plural } from "@/lib/words";
import { fail, say } from "@/ui/notify";

export function refresh(q: QueryClient, ...ids: number[]): void {
  for (const id of ids) {
    void q.invalidateQueries({ queryKey: ["ticket", id] });
    void q.invalidateQueries({ queryKey: ["timeline", id] });
  }
  for (const k of ["tickets", "views", "tickets-hidden", "work"]) void q.invalidateQueries({ queryKey: [k] });
}

export async function undoMerge(q: QueryClient, m: TicketMerge): Promise<void> {
  try {
    await api.post(`/tickets/${m.winner}/merges/${m.id}/undo`);
    say(`${plural(m.tickets.length, "ticket")} as before. Both sides say so.`);
  } catch (e) {
    fail("The merge was not undone", e);
  }
  refresh(q, m.winner, ...m.tickets);
}

export async function restore(q: QueryClient, id: number): Promise<void> {
  try {
    await api.post<Ticket>(`/tickets/${id}/restore`);
    say(`Ticket ${id} is back.`);
  } catch (e) {
    fail(`Ticket ${id} was not restored`, e);
  }
  refresh(q, id);
}

export type PutAway = "deleted" | "spam";

/** Puts a ticket away, with the way back. Returns what speaks against it and can be confirmed. */
export async function putAway(q: QueryClient, id: number, as: PutAway, block = "", confirm: string[] = []): Promise<Guard[]> {
  try {
    if (as === "deleted") await api.del(`/tickets/${id}${confirm.length ? `?confirm=${confirm.join(",")}` : ""}`);
    else await api.post<Ticket>(`/tickets/${id}/spam`, { ...(block ? { block } : {}), ...(confirm.length ? { confirm } : {}) });
    say(as === "deleted" ? `Ticket ${id} is deleted.` : `Ticket ${id} is marked as spam${block ? ", and mail of its sender is set aside from now on" : ""}.`, () => restore(q, id));
    refresh(q, id);
  } catch (e) {
    if (isApiError(e) && e.guards.length > 0) return e.guards;
    fail(as === "deleted" ? `Ticket ${id} was not deleted` : `Ticket ${id} was not marked`, e);
  }
  return [];
}
