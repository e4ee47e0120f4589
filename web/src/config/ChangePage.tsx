/** One change: what it did, by whom, why; and the way back. */
import { IconArrowBackUp } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { changeQuery } from "@/api/query";
import { PageSkeleton } from "@/app/Missing";
import { useCan } from "@/app/session";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Failure } from "@/ui/State";
import { Tag } from "@/ui/Tag";
import { When } from "@/ui/When";
import { sourceWord, sumText } from "./Changes";
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
  const c = query.data;
  useEffect(() => { document.title = `Change ${n}, Steward`; }, [n]);
  if (query.isError && !c) return <main className="pane page"><Failure what={`Change ${n}`} error={query.error} retry={() => query.refetch()} /></main>;
  if (!c) return <PageSkeleton />;
  async function back() {
    setBusy(true);
    try {
      const r = await api.post<{ number: number }>(`/changes/${n}/rollback`);
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
            <h1 className="t20 b6 break">{c.message || `Change ${n}`}</h1>
            <div className="row wrap t12 m2" style={{ gap: 10, marginTop: 2 }}><span>Change {n}</span><span className="m3">{c.by?.name ?? "Steward"}, {sourceWord[c.source]}, <When at={c.at} as="stamp" /></span><span>{sumText(c.counts)}</span>
              {c.rolled_back_by !== null && <Link to={`/configuration/changes/${c.rolled_back_by}` as "/tickets"}><Tag meaning="attention">Rolled back by change {c.rolled_back_by}</Tag></Link>}</div>
          </div>
          {can && c.rolled_back_by === null && (sure
            ? <span className="row wrap"><span className="t12 m2">Puts back {sumText(c.counts)} as it was before, as a new change.</span><Btn autoFocus onClick={() => setSure(false)}>Keep it</Btn><Btn kind="bad" busy={busy} onClick={back}>Roll back change {n}</Btn></span>
            : <Btn icon={<IconArrowBackUp size={16} stroke={1.75} aria-hidden />} onClick={() => setSure(true)}>Roll back</Btn>)}
        </div>
      </header>
      <div className="scroll"><div style={{ maxWidth: 960 }}><PlanView changes={c.changes} done /></div></div>
    </main>
  );
}
