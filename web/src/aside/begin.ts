/** Opens a new side conversation that a macro has filled in; what somebody had begun to write stays before it. */
import type { QueryClient } from "@tanstack/react-query";
import type { ID, PreparedSide } from "@/api/types";
import { sideDraftQuery, type SideDraft } from "./query";

export async function beginAside(q: QueryClient, ticket: ID, side: PreparedSide, open: (at: string | null) => void): Promise<void> {
  const query = sideDraftQuery(ticket, 0);
  const begun = await q.fetchQuery(query);
  open(null); // one that is open shows it anew
  setTimeout(() => {
    q.setQueryData(query.queryKey, merged(begun, side));
    open("new");
  });
}

/** A draft with what a macro prepares behind it. */
export function merged(begun: SideDraft, side: PreparedSide): SideDraft {
  const people = [...begun.people, ...side.people.filter((p) => !begun.people.some((b) => (p.id ? b.id === p.id : b.email === p.email)))];
  const teams = [...begun.teams, ...side.teams.filter((t) => !begun.teams.some((b) => b.name === t.name))];
  return { ...begun, subject: begun.subject || side.subject, text: begun.text.trim() ? `${begun.text.trimEnd()}\n\n${side.text}` : side.text, people, teams, updated_at: begun.updated_at ?? new Date().toISOString() };
}
