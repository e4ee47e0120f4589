/**
 * Changes a ticket at once on screen, then on the server. A refused change is put back and said;
 * one that met a newer version is kept as a conflict for the person to decide.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { api } from "@/api/client";
import { isApiError, type ApiError } from "@/api/error";
import { agentsQuery, teamsQuery, ticketFormQuery, ticketQuery } from "@/api/query";
import type { Guard, Ticket, TicketPatch, TicketRow } from "@/api/types";
import { merged } from "@/field/value";
import { useMe } from "@/app/session";
import { fail, say } from "@/ui/notify";
import { hold } from "./held";
import { patchLists, settle } from "./settle";

/** A change that guards speak against. */
export interface Asked { wanted: TicketPatch; said?: string; guards: Guard[] }
export interface Conflict { wanted: TicketPatch; before: Ticket; current: Ticket }

export function usePatch(id: number) {
  const q = useQueryClient();
  const person = useMe().person.id;
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [wrong, setWrong] = useState<ApiError | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);

  const patch = useCallback(async (wanted: TicketPatch, said?: string, confirm?: string[], undo?: boolean): Promise<boolean> => {
    const key = ticketQuery(id).queryKey;
    const before = q.getQueryData(key);
    if (!before) return false;
    const look: Partial<Ticket> = await appearance(q, wanted);
    if (wanted.attributes) look.attributes = merged(before.attributes ?? {}, wanted.attributes);
    await q.cancelQueries({ queryKey: key });
    q.setQueryData(key, { ...before, ...look });
    const { attributes: _, ...row } = look;
    patchLists(q, id, row);
    try {
      const t = await api.patch<Ticket>(`/tickets/${id}`, { version: before.version, ...wanted, ...(confirm ? { confirm } : {}) });
      settle(q, t);
      setWrong(null);
      setAsked(null);
      void q.invalidateQueries({ queryKey: ticketFormQuery(id).queryKey });
      for (const k of ["timeline", "prepared"]) void q.invalidateQueries({ queryKey: [k, id] });
      void q.invalidateQueries({ queryKey: ["views"] });
      if (wanted.requester) void q.invalidateQueries({ queryKey: ["ticket-people", id] });
      if (said) say(said, () => patch(reverse(before, wanted), undefined, undefined, true));
      return true;
    } catch (e) {
      if (isApiError(e) && e.offline) {
        hold(person, { ticket: id, subject: before.subject, wanted, version: before.version, state: "waiting" });
        return true;
      }
      if (isApiError(e) && e.status === 409) {
        const current = (e.current as Ticket | null) ?? (await api.get<Ticket>(`/tickets/${id}`).catch(() => before));
        settle(q, { ...before, ...current });
        setConflict({ wanted, before, current: { ...before, ...current } });
      } else if (isApiError(e) && e.guards.length > 0) {
        settle(q, before);
        // What is taken back has been so before, so nobody is asked about it.
        if (undo && !confirm && e.guards.every((g) => g.mode === "ask")) return patch(wanted, said, e.guards.map((g) => g.name));
        setAsked({ wanted, said, guards: e.guards });
      } else {
        settle(q, before);
        // Fields that must be filled say so themselves, and trying again would not help.
        const fields = isApiError(e) && e.details.some((d) => "field" in d && d.field.startsWith("attributes."));
        setWrong(fields ? e : null);
        fail("The change was not saved", e, fields ? undefined : () => void patch(wanted, said));
      }
      return false;
    }
  }, [id, person, q]);

  return { patch, conflict, wrong, mark: setWrong, asked, dismiss: () => { setConflict(null); setAsked(null); } };
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
  if (p.requester) r.requester = { id: before.requester.id };
  if (p.attributes) r.attributes = Object.fromEntries(Object.keys(p.attributes).map((k) => [k, before.attributes?.[k] ?? null]));
  if (p.type) r.type = before.type;
  if (p.task_due_at !== undefined || (p.type && before.type === "task")) r.task_due_at = before.task_due_at;
  if (p.form !== undefined) r.form = before.form?.name ?? null;
  return r;
}
