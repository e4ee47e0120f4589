/** One step of a run: its state, dates and people, what was said, and the buttons that are the reader's to press. */
import { Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import type { Run, RunStep } from "@/api/run";
import { openReason } from "@/frame/panels";
import { phrase } from "@/language/phrase";
import { dueLabel, exact, now, ms } from "@/lib/time";
import { Btn } from "@/ui/Btn";
import { fail } from "@/ui/notify";
import { Tag } from "@/ui/Tag";
import { When } from "@/ui/When";
import { Given } from "./Given";
import { HandOver } from "./HandOver";
import { StepForm } from "./StepForm";
import { kindWord, outcomeWord, StepMark, settled, whoText } from "./words";

export type Doing = "complete" | "decide" | "skip" | "assign" | null;
interface Props { run: Run; step: RunStep; start: boolean; show: (r: Run) => void }

export function StepRow({ run: r, step: s, start, show }: Props) {
  const [doing, setDoing] = useState<Doing>(start ? (s.may_decide ? "decide" : "complete") : null);
  const retry = async () => {
    try { show(await api.post<Run>(`/runs/${r.id}/steps/${s.name}/retry`, {})); } catch (e) { fail("It was not tried again", e); }
  };
  const done = (now: Run) => { setDoing(null); show(now); };
  const byRole = s.kind === "approval" || s.review; // what is decided belongs to roles
  const act = s.may_decide ? (s.review ? "Review" : "Decide") : ({ form: phrase("Answer", "to do so"), quiz: "Take the quiz", deliverable: "Hand in", choice: "Choose" })[s.kind] ?? "Done";
  const waits = r.steps.filter((x) => s.after.includes(x.name) && !settled(x.state)).map((x) => x.title);
  return (
    <li className={`step ${s.state}`}>
      <StepMark state={s.state} />
      <div className="body">
        <div className="row wrap head">
          <span className="what grow"><b className="title" dir="auto">{s.title}</b>{s.kind !== "task" && <span className="sub">{kindWord(s.kind)}</span>}{s.round > 1 && <span className="sub">Round {s.round}</span>}{s.late && s.state === "active" && <Tag meaning="danger">Late</Tag>}{s.review && s.state === "active" && <Tag meaning="info">Handed in</Tag>}</span>
          <Dates step={s} />
          {doing === null && s.state === "active" && (s.may_complete || s.may_decide) && <Btn small kind="pri" onClick={() => setDoing(s.may_decide ? "decide" : "complete")}>{act}</Btn>}
          {s.may_retry && <Btn small kind="pri" onClick={retry}>Try again</Btn>}
          {(s.event_id || s.may_skip || s.may_give) && <Menu position="bottom-end" width={220}>
            <Menu.Target><Btn small kind="quiet" icon={<IconDots size={16} stroke={1.75} aria-hidden />} tip={`More about ${s.title}`} /></Menu.Target>
            <Menu.Dropdown>
              {s.event_id && <Menu.Item onClick={() => openReason(`/events/${s.event_id}/why`)}>Why?</Menu.Item>}
              {s.may_give && <Menu.Item onClick={() => setDoing("assign")}>{s.may_decide || byRole ? "Hand it to somebody else" : "Give it to somebody"}</Menu.Item>}
              {s.may_skip && <Menu.Item onClick={() => setDoing("skip")}>Skip it</Menu.Item>}
            </Menu.Dropdown>
          </Menu>}
        </div>
        <p className="sub line">
          {s.state === "ahead" && waits.length > 0 && <span>After {waits.slice(0, 2).join(", ")}{waits.length > 2 && ` and ${waits.length - 2} more`}</span>}
          {!settled(s.state) && s.who.length > 0 && <span>{whoText(s.who)}</span>}
          {!settled(s.state) && s.who.length === 0 && s.roles.length > 0 && <span>{s.roles.join(", ")}</span>}
          {s.state === "active" && s.kind === "wait" && <span>{s.wakes ? <>Waits until <When at={s.wakes} /> at the latest</> : "Waits for a date that is not known yet"}</span>}
          {s.state === "scheduled" && s.begins && <span>Begins <When at={s.begins} /></span>}
          {s.state === "active" && (s.kind === "action" || s.kind === "message") && <span>Steward is at it</span>}
          {s.state === "passed" && <span>Not needed</span>}
          {s.state === "done" && <span>{[outcomeWord(s), s.ended_by ? phrase(`by ${s.ended_by.title}`) : "", s.score !== null ? `${s.score}% right` : ""].filter(Boolean).join(", ") || "Done"}</span>}
          {s.state === "skipped" && <span>Skipped{s.ended_by ? ` by ${s.ended_by.title}` : ""}{s.reason && `: ${s.reason}`}</span>}
          {s.child_id && <Link className="link" to={`/runs/${s.child_id}` as "/tickets"}>Open its run</Link>}
        </p>
        {s.reason && (s.state === "failed" || (s.state === "active" && !s.review)) && <p className={`banner ${s.state === "failed" ? "danger" : "attention"}`}><span className="grow break">{s.state === "active" && <b className="b6">Sent back. </b>}{s.reason}</span></p>}
        {s.state === "done" && s.reason && <p className="said break" dir="auto">{s.reason}</p>}
        {s.votes.length > 0 && <ul className="votes sub">{s.votes.map((v) => <li key={v.who.id + v.role}><Tag meaning={v.yes ? "good" : "attention"}>{v.yes ? "Agreed" : "Declined"}</Tag> {v.who.title} as {v.role}{v.note && <>: <span className="break" dir="auto">{v.note}</span></>}</li>)}</ul>}
        <Given list={[...s.answers, ...s.given]} />
        {(doing === "complete" || doing === "decide" || doing === "skip") && <StepForm run={r} step={s} doing={doing} focus={!start} done={done} leave={() => setDoing(null)} />}
        {doing === "assign" && <HandOver run={r} {...(byRole ? { roles: s.role_names.map((name, i) => [name, s.roles[i]] as const) } : { step: s.name })} done={done} leave={() => setDoing(null)} />}
      </div>
    </li>
  );
}

/** When it was done, or is due. */
function Dates({ step: s }: { step: RunStep }) {
  if (s.ended && s.state !== "dropped") return <span className="sub nw"><When at={s.ended} /></span>;
  if (!s.due) return null;
  const label = dueLabel({ at: s.due, breached: ms(s.due) < now(), paused: false }, now());
  return <time className={`nw t12 ${s.state === "active" ? label.tone : "m3"}`} dateTime={s.due} title={exact(s.due)}>{s.state === "active" ? label.text : <>Due <When at={s.due} /></>}</time>;
}
