/** Takes a waiting reply back: it never leaves, and its words are one's draft again. */
import type { QueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { waitsQuery } from "@/api/query";
import type { Draft, ID, Ticket, Wait } from "@/api/types";
import { settle } from "@/record/settle";
import { fail, say } from "@/ui/notify";

export async function takeBack(q: QueryClient, w: Wait, ticket: ID, show?: (d: Draft) => void): Promise<void> {
  try {
    const r = await api.post<{ draft: Draft; ticket: Ticket }>(`/tickets/${ticket}/sends/${w.id}/undo`, {});
    q.setQueryData(waitsQuery(ticket).queryKey, (all) => (all ?? []).filter((x) => x.id !== w.id));
    settle(q, r.ticket);
    if (w.mine) show?.(r.draft);
    say(w.mine ? "Taken back. Your words are in the composer." : `Taken back. The words are ${w.author.name}'s draft.`);
  } catch (e) {
    void q.invalidateQueries({ queryKey: waitsQuery(ticket).queryKey });
    fail("The reply was not taken back", e);
  } finally {
    void q.invalidateQueries({ queryKey: ["timeline", ticket] });
  }
}
