/** A step acted on where it stands in a list: its question and buttons, without opening its run. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import type { Run } from "@/api/run";
import type { ID } from "@/api/types";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { Wrong } from "@/ui/Wrong";
import { Given } from "./Given";
import { runQuery } from "./query";
import { StepForm } from "./StepForm";
import "./run.css";

export default function ActHere({ run: id, step: name, leave }: { run: ID; step: string; leave: () => void }) {
  const query = useQuery(runQuery(id));
  const q = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  const r = query.data, s = r?.steps.find((x) => x.name === name);
  const done = (now: Run) => {
    q.setQueryData(runQuery(id).queryKey, now);
    void q.invalidateQueries({ queryKey: ["runs", "list"] });
    void q.invalidateQueries({ queryKey: ["work"] });
    const after = now.steps.find((x) => x.name === name);
    say(`${s?.title ?? "The step"}: ${after?.state === "active" ? "taken" : now.state === "done" ? "done, and the run with it" : "done"}.`);
    leave();
  };
  const retry = async () => {
    try { done(await api.post<Run>(`/runs/${id}/steps/${name}/retry`, {})); } catch (e) { setError(e); }
  };
  if (query.isError && !r) return <Failure what="This step" error={query.error} retry={() => query.refetch()} />;
  if (!r || !s) return <div className="acthere" aria-busy="true"><Skel w="40%" /><Skel w="60%" style={{ marginTop: 10 }} /></div>;
  const context = [...r.asked, ...r.steps.flatMap((x) => [...x.answers, ...x.given])].slice(-6);
  return (
    <div className="acthere">
      <p className="sub"><Link className="link" to={`/runs/${id}` as "/tickets"}>{r.called}: {r.title}</Link> · {r.done} of {r.total} steps settled</p>
      {s.reason && <p className={`banner ${s.state === "failed" ? "danger" : "attention"}`}><span className="grow break">{s.reason}</span></p>}
      {(s.may_decide || s.kind === "choice") && <Given list={context} />}
      {error !== null && <Wrong what="It was not tried again." error={error} />}
      {s.may_retry
        ? <div className="row" style={{ gap: 8, marginTop: 8 }}><Btn kind="pri" onClick={retry}>Try again</Btn><Btn kind="quiet" onClick={leave}>Not now</Btn></div>
        : s.may_complete || s.may_decide
          ? <StepForm run={r} step={s} doing={s.may_decide ? "decide" : "complete"} focus done={done} leave={leave} />
          : <div className="row" style={{ gap: 8 }}><span className="sub">This step has gone on since.</span><Btn small kind="quiet" onClick={() => { void q.invalidateQueries({ queryKey: ["work"] }); leave(); }}>Take it off</Btn></div>}
    </div>
  );
}
