/** The problem behind an incident. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Ticket } from "@/api/types";
import { settle } from "@/record/settle";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Wrong } from "@/ui/Wrong";
import { PickTickets, type Found } from "./PickTickets";
import { refresh } from "./refresh";

export function ProblemPane({ ticket: t, close }: { ticket: Ticket; close: () => void }) {
  const q = useQueryClient();
  const [chosen, setChosen] = useState<Found[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function link(problem: number | null) {
    setBusy(true);
    setError(null);
    try {
      settle(q, await api.put<Ticket>(`/tickets/${t.id}/problem`, { problem }));
      refresh(q, t.id, ...(problem ? [problem] : []), ...(t.problem_id ? [t.problem_id] : []));
      close();
      say(problem ? `Ticket ${t.id} is an incident of problem ${problem}.` : `Ticket ${t.id} belongs to no problem.`);
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  }
  const may = t.type === "question" || t.type === "incident";
  return (
    <section className="fp" aria-label="Link to a problem">
      <div className="row"><h2 className="b6 t14 grow">{t.problem_id ? "Change the problem" : "Link to a problem"}</h2><Btn small kind="quiet" onClick={close} aria-label="Esc, close"><kbd>Esc</kbd></Btn></div>
      {may ? <PickTickets ticket={t} label="Which problem is behind this" many={false} chosen={chosen} choose={setChosen} type="problem" />
        : <p className="sub">{t.type === "task" ? "A task is no incident. Give it the type Incident to link it to another problem." : "A problem is no incident. Give it the type Incident to link it to another problem."}</p>}
      {error !== null && <Wrong what="Nothing was linked." error={error} />}
      <div className="row wrap">
        {may && <Btn kind="pri" busy={busy} aria-disabled={!chosen.length || undefined} onClick={() => chosen[0] && void link(chosen[0].id)}>Link</Btn>}
        {t.problem_id && <Btn busy={busy} onClick={() => void link(null)}>Take off problem {t.problem_id}</Btn>}
        <Btn kind="quiet" onClick={close}>Cancel</Btn>
      </div>
    </section>
  );
}
