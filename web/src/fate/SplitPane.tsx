/** Messages of the customer that become a ticket of their own; they are chosen in the conversation. */
import { TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import type { Ticket } from "@/api/types";
import { plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Wrong } from "@/ui/Wrong";
import type { Picked } from "./act";
import { refresh } from "./refresh";

export function SplitPane({ ticket: t, picked, close }: { ticket: Ticket; picked: Picked | null; close: () => void }) {
  const q = useQueryClient();
  const go = useNavigate();
  const [subject, setSubject] = useState(t.subject);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const n = picked?.ids.size ?? 0;
  async function split() {
    if (!n) return;
    setBusy(true);
    setError(null);
    try {
      const made = await api.post<Ticket>(`/tickets/${t.id}/split`, { comments: [...picked!.ids], ...(subject.trim() ? { subject: subject.trim() } : {}) });
      refresh(q, t.id);
      close();
      say(`Ticket ${made.id} was made of ${plural(n, "message")}.`);
      void go({ to: `/tickets/${made.id}` as "/tickets" });
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  }
  return (
    <section className="fp" aria-label="Split messages off">
      <div className="row"><h2 className="b6 t14 grow">Split messages off</h2><Btn small kind="quiet" onClick={close} aria-label="Esc, close"><kbd>Esc</kbd></Btn></div>
      <p role="status">{n ? `${plural(n, "message")} chosen.` : "Choose messages of the customer in the conversation."}</p>
      <TextInput label="Subject of the new ticket" value={subject} onChange={(e) => setSubject(e.currentTarget.value)} maxLength={500} dir="auto" />
      <p className="sub">The new ticket has the same requester, team and fields. The messages stay here, too, and say where they went.</p>
      {error !== null && <Wrong what="Nothing was split off." error={error} />}
      <div className="row"><Btn kind="pri" busy={busy} aria-disabled={!n || undefined} onClick={() => void split()}>Make a ticket</Btn><Btn kind="quiet" onClick={close}>Cancel</Btn></div>
    </section>
  );
}
