/**
 * Changes of tickets that the server could not be told of: kept on this machine for the person who made them, one for each
 * ticket, until they are sent, taken back or decided. Nothing is sent over what somebody else changed meanwhile.
 */
import { api } from "@/api/client";
import { isApiError, sentenceOf } from "@/api/error";
import type { ID, Ticket, TicketPatch } from "@/api/types";
import { read, write } from "@/lib/store";

export interface Held {
  ticket: ID; subject: string; wanted: TicketPatch;
  /** What the change was made on. */ version: number;
  /** Waits to be sent, met what somebody else did, or was refused. */ state: "waiting" | "conflict" | "refused";
  why?: string;
}
export const heldKey = (person: ID): string => `held.${person}`;

export function heldOf(raw: string | null): Held[] {
  try {
    return JSON.parse(raw ?? "[]") as Held[];
  } catch {
    return [];
  }
}
const keep = (person: ID, all: Held[]) => write(heldKey(person), all.length ? JSON.stringify(all) : null);

/** Two changes of one ticket are one, made on what the first was made on; the later value of a field holds. */
export function joined(all: Held[], h: Held): Held[] {
  const was = all.find((x) => x.ticket === h.ticket);
  if (!was) return [...all, h];
  const attributes = was.wanted.attributes || h.wanted.attributes ? { attributes: { ...was.wanted.attributes, ...h.wanted.attributes } } : {};
  return all.map((x) => (x === was ? { ...h, version: was.version, wanted: { ...was.wanted, ...h.wanted, ...attributes } } : x));
}
export const hold = (person: ID, h: Held): void => keep(person, joined(heldOf(read(heldKey(person))), h));
/** Replaces what is held of a ticket; null lets it go. */
export function settleHeld(person: ID, ticket: ID, is: Held | null): void {
  keep(person, heldOf(read(heldKey(person))).flatMap((x) => (x.ticket !== ticket ? [x] : is ? [is] : [])));
}

/** Whether a ticket is as wanted already: the change arrived and its answer was lost. */
export function already(t: Ticket, p: TicketPatch): boolean {
  const has: Record<string, unknown> = { ...t, assignee_id: t.assignee?.id ?? null, team: t.team?.name ?? null, form: t.form?.name ?? null, tags: [...t.tags].sort() };
  return Object.entries(p).every(([k, v]) => {
    if (k === "attributes") return Object.entries(v as object).every(([n, x]) => JSON.stringify(t.attributes?.[n] ?? null) === JSON.stringify(x ?? null));
    if (k === "requester") return (v as { id?: ID }).id === t.requester.id;
    return JSON.stringify(has[k] ?? null) === JSON.stringify(k === "tags" ? [...(v as string[])].sort() : v ?? null);
  });
}

/** Sends one. What is left of it: null when it is done, itself when the server is still not reached. */
export async function sendHeld(h: Held): Promise<Held | null> {
  try {
    await api.patch<Ticket>(`/tickets/${h.ticket}`, { version: h.version, ...h.wanted });
    return null;
  } catch (e) {
    if (!isApiError(e) || e.offline || e.status === 401 || e.status === 429 || e.status >= 500) return h;
    if (e.status !== 409) return { ...h, state: "refused", why: sentenceOf(e) };
    const now = await api.get<Ticket>(`/tickets/${h.ticket}`).catch(() => null);
    if (!now) return h;
    return already(now, h.wanted) ? null : { ...h, state: "conflict", version: now.version };
  }
}
