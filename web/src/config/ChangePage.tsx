/** One change: what it did, by whom, why; and the way back. */
import { TextInput } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { blueprintsQuery, changeQuery } from "@/api/query";
import type { Applied, ChangeDetail } from "@/api/configuration";
import { PageSkeleton } from "@/app/Missing";
import { useCan, useMe } from "@/app/session";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Failure } from "@/ui/State";
import { Tag } from "@/ui/Tag";
import { When } from "@/ui/When";
import { sourceWord, sumText } from "./Changes";
import { reasonOf, titleOf } from "./message";
import { PlanView } from "./PlanView";
import "./config.css";

export function ChangePage() {
  const n = Number((useParams({ strict: false }) as { number: string }).number);
  const q = useQueryClient();
  const go = useNavigate();
  const query = useQuery(changeQuery(n));
  const can = useCan("blueprint.apply");
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const [emergency, setEmergency] = useState("");
  const me = useMe();
  const policies = useQuery(blueprintsQuery).data?.some((b) => b.kind === "policy");
  const c = query.data;
  useEffect(() => { document.title = `Change ${n}, Steward`; }, [n]);
  if (query.isError && !c) return <main className="pane page"><Failure what={`Change ${n}`} error={query.error} retry={() => query.refetch()} /></main>;
  if (!c) return <PageSkeleton />;
  async function review() {
    try {
      q.setQueryData(changeQuery(n).queryKey, { ...c!, ...(await api.post<ChangeDetail>(`/changes/${n}/review`)) });
      void query.refetch();
      say("Noted that you looked at it.");
    } catch (e) {
      fail("It was not noted", e);
    }
  }
  async function back() {
    setBusy(true);
    try {
      const r = await api.post<Applied>(`/changes/${n}/rollback`, emergency.trim() ? { emergency: emergency.trim() } : {});
      if (r.request) {
        say(`Change request ${r.request.id} waits for approval.`);
        return void go({ to: `/configuration/requests/${r.request.id}` as "/tickets" });
      }
      say(`Change ${n} was rolled back by change ${r.number}.`);
      for (const k of ["blueprints", "blueprint", "changes", "change", "views"]) void q.invalidateQueries({ queryKey: [k] });
      void go({ to: `/configuration/changes/${r.number}` as "/tickets" });
    } catch (e) {
      fail(`Change ${n} was not rolled back`, e, back);
    }
    setBusy(false);
    setSure(false);
  }
  return (
    <main className="pane page" aria-label={`Change ${n}`}>
      <header className="top">
        <p className="t12 m3" style={{ marginBottom: 2 }}><Link className="link" to={"/configuration/changes" as "/tickets"}>History</Link></p>
        <div className="row wrap" style={{ gap: 12 }}>
          <div className="grow" style={{ flexBasis: 240 }}>
            <h1 className="t20 b6 break">{titleOf(c.message) || `Change ${n}`}</h1>{reasonOf(c.message) && <p className="m2 break" style={{ whiteSpace: "pre-line", maxWidth: 760 }}>{reasonOf(c.message)}</p>}
            <div className="row wrap t12 m2" style={{ gap: 10, marginTop: 2 }}><span>Change {n}</span><span className="m3">{c.by?.name ?? "Steward"}, {sourceWord[c.source]}, <When at={c.at} as="stamp" /></span><span>{sumText(c.counts)}</span>
              {!!c.request && <Link className="link" to={`/configuration/requests/${c.request}` as "/tickets"}>From request {c.request}</Link>}
              {c.rolled_back_by !== null && <Link to={`/configuration/changes/${c.rolled_back_by}` as "/tickets"}><Tag meaning="attention">Rolled back by change {c.rolled_back_by}</Tag></Link>}</div>
          </div>
          {can && c.rolled_back_by === null && (sure
            ? <span className="row wrap"><span className="t12 m2">Puts back {sumText(c.counts)} as it was before, as a new change.</span>{policies && <TextInput size="xs" aria-label="Emergency: why it cannot wait for approval" placeholder="Only if it cannot wait for approval: why" value={emergency} maxLength={2000} onChange={(e) => setEmergency(e.currentTarget.value)} style={{ width: 260 }} />}<Btn autoFocus onClick={() => setSure(false)}>Keep it</Btn><Btn kind="bad" busy={busy} onClick={back}>Roll back change {n}</Btn></span>
            : <Btn icon={<IconArrowBackUp size={16} stroke={1.75} aria-hidden />} onClick={() => setSure(true)}>Roll back</Btn>)}
        </div>
      </header>
      {c.emergency && <p className={`banner ${c.reviewed_by ? "info" : "attention"}`} style={{ margin: "8px 20px" }}><span className="grow"><b className="b6">An emergency.</b> It did not wait for approval: {c.emergency} {c.reviewed_by ? `${c.reviewed_by.name} looked at it afterwards.` : "Somebody else is to look at it."}</span>{!c.reviewed_by && can && c.by?.id !== me.person.id && <Btn small onClick={review}>I looked at it</Btn>}</p>}
      <div className="scroll"><div style={{ maxWidth: 960 }}><PlanView changes={c.changes} done /></div></div>
    </main>
  );
}
