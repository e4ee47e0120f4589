/** Where a run lands under the newest version of its playbook, before it is moved. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Run } from "@/api/run";
import { Btn } from "@/ui/Btn";
import { Failure, Skel } from "@/ui/State";
import { Wrong } from "@/ui/Wrong";
import { landingQuery } from "./query";

export function MovePanel({ run: r, done }: { run: Run; done: (now: Run | null) => void }) {
  const query = useQuery(landingQuery(r.id));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const l = query.data;
  const move = async () => {
    setBusy(true);
    setError(null);
    try { done(await api.post<Run>(`/runs/${r.id}/move`, {})); } catch (e) { setError(e); }
    setBusy(false);
  };
  return (
    <section className="block" aria-label="Move to the newest version">
      <h2 className="h3">Move to the newest version</h2>
      {query.isPending && <Skel w="60%" />}
      {query.isError && <Failure what="The preview" error={query.error} retry={() => query.refetch()} />}
      {l && <dl className="facts">
        <div><dt>Under way now</dt><dd>{l.now.join(", ") || "Nothing"}</dd></div>
        <div><dt>Under way then</dt><dd>{l.over ? "Nothing: the run would end" : l.then.join(", ") || "Nothing"}</dd></div>
        {l.added.length > 0 && <div><dt>New ahead</dt><dd>{l.added.join(", ")}</dd></div>}
        {l.dropped.length > 0 && <div><dt>Gone</dt><dd>{l.dropped.join(", ")}</dd></div>}
      </dl>}
      {error !== null && <Wrong what="It was not moved." error={error} />}
      <div className="row" style={{ gap: 8, marginTop: 8 }}><Btn kind="pri" busy={busy} disabled={!l} onClick={move}>Move it</Btn><Btn kind="quiet" onClick={() => done(null)}>Leave it</Btn></div>
    </section>
  );
}
