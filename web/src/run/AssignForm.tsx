/** Gives a step to a colleague. */
import { useState } from "react";
import { api } from "@/api/client";
import type { Run, RunStep } from "@/api/run";
import { PickRecord } from "@/customer/PickRecord";
import { Btn } from "@/ui/Btn";
import { Wrong } from "@/ui/Wrong";

export function AssignForm({ run: r, step: s, done, leave }: { run: Run; step: RunStep; done: (r: Run) => void; leave: () => void }) {
  const [who, setWho] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const give = async () => {
    if (!who) return;
    setBusy(true);
    setError(null);
    try { done(await api.post<Run>(`/runs/${r.id}/assign`, { step: s.name, to: { person_id: Number(who) } })); } catch (e) { setError(e); }
    setBusy(false);
  };
  return (
    <div className="stepform">
      <PickRecord kind="person" agents label="Who does it" value={who} onChange={setWho} />
      {error !== null && <Wrong what="It was not given." error={error} />}
      <div className="row" style={{ gap: 8 }}><Btn kind="pri" busy={busy} disabled={!who} onClick={give}>Give it</Btn><Btn kind="quiet" onClick={leave}>Not now</Btn></div>
    </div>
  );
}
