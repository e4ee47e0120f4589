/**
 * Changes a ticket at once on screen, then on the server. A refused change is put back and said;
 * one that met a newer version is kept as a conflict for the person to decide.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import { agentsQuery, teamsQuery, ticketQuery } from "@/api/query";
import type { Ticket, TicketPatch, TicketRow } from "@/api/types";
import { fail, say } from "@/ui/notify";
import { patchLists, settle } from "./settle";

export interface Conflict { wanted: TicketPatch; before: Ticket; current: Ticket }

export function usePatch(id: number) {
  const q = useQueryClient();
  const [conflict, setConflict] = useState<Conflict | null>(null);

  const patch = useCallback(async (wanted: TicketPatch, said?: string): Promise<boolean> => {
    const key = ticketQuery(id).queryKey;
    const before = q.getQueryData(key);
    if (!before) return false;
    const look = await appearance(q, wanted);
    await q.cancelQueries({ queryKey: key });
    q.setQueryData(key, { ...before, ...look });
    patchLists(q, id, look);
    try {
      const t = await api.patch<Ticket>(`/tickets/${id}`, { version: before.version, ...wanted });
      settle(q, t);
      void q.invalidateQueries({ queryKey: ["timeline", id] });
      void q.invalidateQueries({ queryKey: ["views"] });
      if (said) say(said, () => patch(reverse(before, wanted)));
      return true;
    } catch (e) {
      if (isApiError(e) && e.status === 409) {
        const current = (e.current as Ticket | null) ?? (await api.get<Ticket>(`/tickets/${id}`).catch(() => before));
        settle(q, { ...before, ...current });
        setConflict({ wanted, before, current: { ...before, ...current } });
      } else {
        settle(q, before);
        fail("The change was not saved", e, () => void patch(wanted, said));
      }
      return false;
    }
  }, [id, q]);

  return { patch, conflict, dismiss: () => setConflict(null) };
}

/** What the ticket will look like, before the server agrees. */
async function appearance(q: ReturnType<typeof useQueryClient>, p: TicketPatch): Promise<Partial<TicketRow>> {
  const look: Partial<TicketRow> = {};
  if (p.status) look.status = p.status;
  if (p.priority) look.priority = p.priority;
  if (p.subject !== undefined) look.subject = p.subject;
  if (p.tags) look.tags = p.tags;
  if (p.assignee_id === null) look.assignee = null;
  else if (p.assignee_id !== undefined) {
    const a = q.getQueryData(agentsQuery.queryKey)?.find((x) => x.id === p.assignee_id);
    if (a) look.assignee = { id: a.id, name: a.name };
  }
  if (p.team === null) look.team = null;
  else if (p.team !== undefined) look.team = q.getQueryData(teamsQuery.queryKey)?.find((x) => x.name === p.team) ?? { name: p.team, title: p.team };
  return look;
}

/** The change that undoes another. */
export function reverse(before: Ticket, p: TicketPatch): TicketPatch {
  const r: TicketPatch = {};
  if (p.status) r.status = before.status;
  if (p.priority) r.priority = before.priority;
  if (p.subject !== undefined) r.subject = before.subject;
  if (p.tags) r.tags = before.tags;
  if (p.assignee_id !== undefined) r.assignee_id = before.assignee?.id ?? null;
  if (p.team !== undefined) r.team = before.team?.name ?? null;
  return r;
}
