/** Side conversations of a ticket: what is read of them. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import { phrase } from "@/language/phrase";
import { listOf } from "@/lib/words";
import type { Attachment, Delivery, ID, PersonRef, TeamRef } from "@/api/types";

export type Party = PersonRef & { agent: boolean };
export interface SideConversation {
  id: ID; ticket_id: ID; subject: string; state: "open" | "closed"; started_by: PersonRef; started_at: string; updated_at: string;
  messages: number; /** The newest message is an answer. */ answered: boolean; people: Party[]; teams: TeamRef[];
}
export interface SideMessage {
  id: ID; event_id: ID; at: string; author: Party; channel: string; html: string; text: string; quoted_html: string; attachments: Attachment[];
  to: PersonRef[]; teams: TeamRef[]; deliveries: Delivery[]; automatic: boolean; /** From somebody who had not been written to. */ outsider: boolean; warning: string; undo_until: string | null;
}
export interface SideFull extends SideConversation { items: SideMessage[]; /** Cursor of those before. */ next: number | null }
export interface SideDraft { side: ID; subject: string; text: string; people: Party[]; teams: TeamRef[]; files: Attachment[]; ticket_files: ID[]; updated_at: string | null }

export const sidesPath = (ticket: ID) => `/tickets/${ticket}/side-conversations`;
export const sidesQuery = (ticket: ID) => queryOptions({ queryKey: ["sides", ticket], queryFn: ({ signal }) => api.get<{ items: SideConversation[] }>(sidesPath(ticket), {}, signal).then((r) => r.items) });
export const sideQuery = (ticket: ID, side: ID) => queryOptions({ queryKey: ["sides", ticket, side], queryFn: ({ signal }) => api.get<SideFull>(`${sidesPath(ticket)}/${side}`, {}, signal) });
export const sideDraftQuery = (ticket: ID, side: ID) => queryOptions({ queryKey: ["side-draft", ticket, side], queryFn: ({ signal }) => api.get<SideDraft>(`${sidesPath(ticket)}/${side}/draft`, {}, signal), staleTime: Infinity, gcTime: 0 });

/** Who takes part, in a few words. */
export function withWhom(s: { people: { name: string }[]; teams: { title: string }[] }): string {
  const all = [...s.people.map((p) => p.name), ...s.teams.map((t) => t.title)];
  if (all.length === 0) return phrase("nobody any more");
  return all.length <= 3 ? listOf(all) : phrase(`${all.slice(0, 2).join(", ")} and ${all.length - 2} others`);
}
