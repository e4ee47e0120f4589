/** One change request: what it would change, what recorded history says, who may approve it and why you may or may not. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { requestQuery } from "@/api/query";
import { PageSkeleton } from "@/app/Missing";
import { useCan } from "@/app/session";
import { listOf } from "@/lib/words";
import { Failure } from "@/ui/State";
import { When } from "@/ui/When";
import { Approval } from "./Approval";
import { sumText } from "./Changes";
import { reasonOf, titleOf } from "./message";
import { PlanView } from "./PlanView";
import { replayable } from "./replay";
import { ReplayPart } from "./ReplayPart";
import { RequestTag } from "./Requests";
import "./config.css";

const SubjectRuns = lazy(() => import("@/run/SubjectRuns"));
const Remarks = lazy(() => import("./Remarks").then((m) => ({ default: m.Remarks })));

export function RequestPage() {
  const id = Number((useParams({ strict: false }) as { number: string }).number);
  const q = useQueryClient();
  const query = useQuery(requestQuery(id));
  const can = useCan("blueprint.apply");
  const r = query.data;
  useEffect(() => { document.title = r?.message ? `${titleOf(r.message)}, Steward` : `Change request ${id}, Steward`; }, [id, r]);
  if (query.isError && !r) return <main className="pane page"><Failure what={`Change request ${id}`} error={query.error} retry={() => query.refetch()} /></main>;
  if (!r) return <PageSkeleton />;
  const done = r.state === "applied";
  return (
    <main className="pane page" aria-label={`Change request ${id}`}>
      <header className="top">
        <p className="t12 m3" style={{ marginBottom: 2 }}><Link className="link" to={"/configuration/requests" as "/tickets"}>Requests</Link></p>
        <h1 className="t20 b6 break">{titleOf(r.message) || `Change request ${id}`}</h1>{reasonOf(r.message) && <p className="m2 break" style={{ whiteSpace: "pre-line", maxWidth: 760 }}>{reasonOf(r.message)}</p>}
        <div className="row wrap t12 m2" style={{ gap: 10, marginTop: 2 }}><RequestTag request={r} /><span>Request {id}</span><span className="m3">by {listOf(r.authors.map((a) => a.name))}, <When at={r.edited_at} as="stamp" /></span><span>{sumText(r.counts)}</span>
          {r.rolls_back !== null && <Link className="link" to={`/configuration/changes/${r.rolls_back}` as "/tickets"}>Rolls back change {r.rolls_back}</Link>}
          {r.change !== null && <Link className="link" to={`/configuration/changes/${r.change}` as "/tickets"}>Became change {r.change}</Link>}</div>
      </header>
      <div className="workarea request">
        <section aria-label="What would change" className="scrolls"><PlanView changes={r.changes ?? []} done={done} whole /></section>
        <section aria-label="Approval and replay" className="scrolls">
          <Approval request={r} settle={(now) => { q.setQueryData(requestQuery(id).queryKey, now); for (const k of ["requests", "changes", "blueprints", "blueprint", "views"]) void q.invalidateQueries({ queryKey: [k] }); void query.refetch(); }} />
          <Suspense><SubjectRuns kind="change_request" id={id} as="aboutrequest" /></Suspense>
          <Suspense><Remarks request={r} /></Suspense>
          {(r.state === "open" || r.state === "approved") && replayable((r.changes ?? []).map((c) => c.kind)) && <ReplayPart documents={r.documents ?? []} prune={r.prune} begin={r.may_approve && can} />}
        </section>
      </div>
    </main>
  );
}
