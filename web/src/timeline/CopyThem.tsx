/** Lets somebody who wrote without being on the ticket take part: copies them from now on, with the way back. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { IconUserPlus } from "@tabler/icons-react";
import { useState } from "react";
import { api } from "@/api/client";
import { ticketPeopleQuery, ticketQuery } from "@/api/query";
import type { PersonRef, TicketPeople } from "@/api/types";
import { fail, say } from "@/ui/notify";

export function CopyThem({ who }: { who: Pick<PersonRef, "id" | "name"> }) {
  const id = Number((useParams({ strict: false }) as { id?: string }).id);
  const q = useQueryClient();
  const t = useQuery({ ...ticketQuery(id), enabled: false }).data;
  const [busy, setBusy] = useState(false);
  if (!t || !t.can.edit || t.status === "closed") return null;
  if (t.requester.id === who.id || t.copies?.some((c) => c.id === who.id)) return <span className="t12 m3">Copied now</span>;
  const settle = (p: TicketPeople) => {
    q.setQueryData(ticketPeopleQuery(id).queryKey, p);
    q.setQueryData(ticketQuery(id).queryKey, (old) => old && { ...old, copies: p.copies.map((c) => c.person) });
    void q.invalidateQueries({ queryKey: ["timeline", id] });
  };
  const undo = () => api.del<TicketPeople>(`/tickets/${id}/people/${who.id}`).then(settle, (e) => fail(`${who.name} is still copied`, e));
  const copy = async () => {
    setBusy(true);
    try {
      settle(await api.post<TicketPeople>(`/tickets/${id}/people`, { role: "cc", id: who.id }));
      say(`${who.name} is copied from now on.`, undo);
    } catch (e) {
      fail(`${who.name} was not copied`, e, () => void copy());
    }
    setBusy(false);
  };
  return <button type="button" className="mini" style={{ margin: 0 }} disabled={busy} onClick={() => void copy()}><IconUserPlus size={14} stroke={1.75} aria-hidden />Copy them</button>;
}
