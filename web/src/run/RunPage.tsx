/** A run as a checklist: what is done, what waits for whom, what comes next and why. */
import { Menu } from "@mantine/core";
import { IconDots, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { api } from "@/api/client";
import type { Run, RunStep } from "@/api/run";
import { openReason } from "@/frame/panels";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { fail, say } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { MovePanel } from "./MovePanel";
import { People } from "./People";
import { runQuery } from "./query";
import { StepRow } from "./StepRow";
import { RunTag, settled, subjectPath } from "./words";
import "./run.css";

const parts = [["steps", "Steps"], ["history", "History"]] as const;
const History = lazy(() => import("./History"));

export function RunPage() {
  const id = Number((useParams({ strict: false }) as { id: string }).id);
  const query = useQuery(runQuery(id));
  const q = useQueryClient();
  const r = query.data;
  const [moving, setMoving] = useState(false);
  const search = useSearch({ strict: false }) as { show?: string };
  const go = useNavigate();
  const past = search.show === "history";
  useEffect(() => { document.title = r ? `${r.called}: ${r.title}, Steward` : "Run, Steward"; }, [r]);
  const show = (now: Run) => { q.setQueryData(runQuery(id).queryKey, now); void q.invalidateQueries({ queryKey: ["runs", "list"] }); void q.invalidateQueries({ queryKey: ["runs", id, "history"] }); void q.invalidateQueries({ queryKey: ["work"] }); };
  const steer = async (what: "pause" | "resume" | "cancel", words: string, undo?: "pause" | "resume") => {
    try {
      show(await api.post<Run>(`/runs/${id}/${what}`, {}));
      say(words, undo && (() => steer(undo, "Taken back.")));
    } catch (e) { fail("Nothing was changed", e); }
  };
  if (query.isError && !r) return <main className="pane page" style={{ justifyContent: "center" }}><Failure what="This run" error={query.error} retry={() => query.refetch()} /></main>;
  const path = r && subjectPath(r.subject);
  const over = r?.state === "done" || r?.state === "cancelled";
  return (
    <main className="pane page run" aria-label="Run" aria-busy={!r || undefined}>
      <header className="top">
        <p className="sub"><Link className="link" to={"/runs" as "/tickets"}>Playbooks</Link>{r && <> · <Link className="link" to={"/runs" as "/tickets"} search={{ playbook: r.playbook.name } as never}>{r.playbook.title}</Link></>}</p>
        {r ? <>
          <div className="row wrap" style={{ gap: 12, marginTop: 2 }}>
            <div className="grow row wrap" style={{ gap: 8, flexBasis: 260 }}><h1 className="t20 b6 break" dir="auto">{r.called}: {r.title}</h1><RunTag run={r} /></div>
            {r.may_edit && r.state === "paused" && <Btn kind="pri" icon={<IconPlayerPlay size={16} stroke={1.75} aria-hidden />} onClick={() => steer("resume", "It goes on.", "pause")}>Go on</Btn>}
            {r.may_edit && r.state === "active" && <Btn icon={<IconPlayerPause size={16} stroke={1.75} aria-hidden />} tip="Nothing happens until somebody goes on; dates move along" onClick={() => steer("pause", "Paused.", "resume")}>Pause</Btn>}
            {r.may_edit && <Menu position="bottom-end" width={260}>
              <Menu.Target><Btn icon={<IconDots size={16} stroke={1.75} aria-hidden />} tip="More about this run" /></Menu.Target>
              <Menu.Dropdown>
                {r.newer && <Menu.Item onClick={() => setMoving(true)}>Move to the newest version<span className="sub block-sub">First you see where it lands</span></Menu.Item>}
                <Menu.Item color="red" onClick={() => steer("cancel", "Cancelled.")}>Cancel the run<span className="sub block-sub">What is not done stays undone</span></Menu.Item>
              </Menu.Dropdown>
            </Menu>}
          </div>
          <p className="sub row wrap" style={{ gap: "2px 12px", marginTop: 4 }}>
            <span>{r.done} of {r.total} steps settled</span>
            {path && <span>{!r.subject_title.startsWith(r.about) && `${r.about} `}<Link className="link" to={path as "/tickets"}>{r.subject_title || r.title}</Link></span>}
            {r.owner && <span>Looked after by {r.owner.title}</span>}
            <span>Started <When at={r.started ?? r.created} />{r.event_id && <> <button type="button" className="link" onClick={() => openReason(`/events/${r.event_id}/why`)}>Why?</button></>}</span>
            {r.ended && <span>Ended <When at={r.ended} /></span>}
            {r.due && !over && <span>Next due <When at={r.due} /></span>}
            {r.parent_id && <Link className="link" to={`/runs/${r.parent_id}` as "/tickets"}>Part of another run</Link>}
          </p>
          <div className="meter" role="img" aria-label={`${r.done} of ${r.total} steps settled`}><span style={{ width: `${r.total ? (100 * r.done) / r.total : 0}%` }} /></div>
          <div style={{ marginTop: 10 }}><Choice label="What to show" value={past ? "history" : "steps"} options={parts} onChange={(v) => void go({ to: "." as never, search: (v === "history" ? { show: v } : {}) as never, replace: true })} /></div>
        </> : <><Skel w="50%" h={22} style={{ marginTop: 8 }} /><Skel w="70%" style={{ marginTop: 10 }} /></>}
      </header>
      <div className="scroll">
        {r?.state === "queued" && <p className="banner info" style={{ margin: "12px 24px 0" }}>It waits for a place: as many runs of this playbook as may be are under way. It begins by itself.</p>}
        {r && moving && <MovePanel run={r} done={(now) => { setMoving(false); if (now) show(now); }} />}
        {r && !past && <><Checklist run={r} show={show} /><People run={r} show={show} /></>}
        {r && past && <Suspense fallback={<div className="block" aria-busy="true"><Skel w="50%" /></div>}><History id={id} /></Suspense>}
        {!r && <div className="block" aria-busy="true">{[60, 72, 54, 66].map((w) => <Skel key={w} w={`${w}%`} h={14} style={{ margin: "14px 0", display: "block" }} />)}</div>}
      </div>
    </main>
  );
}

/** The steps by stage, in order. Those whose turn has not come are quiet. */
function Checklist({ run: r, show }: { run: Run; show: (r: Run) => void }) {
  const groups: { title: string; steps: RunStep[] }[] = [];
  for (const s of r.steps) {
    const title = r.stages.find((x) => x.name === s.stage)?.title ?? "";
    const last = groups[groups.length - 1];
    if (last && last.title === title) last.steps.push(s);
    else groups.push({ title, steps: [s] });
  }
  const first = r.steps.find((s) => s.state === "active" && (s.may_complete || s.may_decide))?.name;
  return <>{groups.map((g, i) => (
    <section key={i} className="steps" aria-label={g.title || "Steps"}>
      {g.title && <h2 className="h3">{g.title} <span className="m3 tn">{g.steps.filter((s) => settled(s.state)).length}/{g.steps.length}</span></h2>}
      <ol>{g.steps.map((s) => <StepRow key={s.name + s.round} run={r} step={s} start={s.name === first} show={show} />)}</ol>
    </section>
  ))}</>;
}
