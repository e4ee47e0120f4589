/** What a proposal would do, as a page to read: field by field, as text, and what recorded history says; then why, and off it goes. */
import { Textarea, TextInput } from "@mantine/core";
import { IconArrowLeft, IconCircleCheck, IconCircleX, IconHourglass, IconStack2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { blueprintsQuery } from "@/api/query";
import type { Finding } from "@/api/configuration";
import { useCommands } from "@/app/commands";
import { countText, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Warn } from "@/ui/Tag";
import { asks } from "./approve";
import { Findings, tally } from "./Findings";
import { messageOf } from "./message";
import { PlanView } from "./PlanView";
import { replayable } from "./replay";
import { ReplayPart } from "./ReplayPart";
import type { Work } from "./useWork";

const icon = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
interface Props { work: Work; kind: string; notes: ReactNode; busy: boolean; blocked: boolean; onBack: () => void; onApply: (message: string) => void; onAgain: () => void }

export function Review({ work, kind, notes, busy, blocked, onBack, onApply, onAgain }: Props) {
  const { plan, of } = work.plan!;
  const [title, setTitle] = useState("");
  const [reason, setReason] = useState("");
  const box = useRef<HTMLInputElement>(null);
  const n = tally(plan.findings);
  const needs = plan.requirements ?? [];
  const changes = plan.changes.filter((c) => c.action !== "unchanged");
  const used = changes.flatMap((c) => c.used_by ?? []);
  const replays = changes.length > 0 && n.error === 0 && replayable(changes.map((c) => c.kind));
  const ready = changes.length > 0 && n.error === 0 && !blocked;
  useEffect(() => { box.current?.focus(); }, []);
  const send = () => { if (!ready || busy) return; if (title.trim()) onApply(messageOf(title, reason)); else box.current?.focus(); };
  useCommands([{ id: "apply", title: needs.length ? "Ask for approval" : "Apply", section: "configuration", keys: "mod+enter", run: send, typing: true }, { id: "back", title: "Go on editing", section: "configuration", keys: "escape", run: onBack }]);
  const what = work.removes ? "Delete it" : "Apply";
  return (
    <>
      {notes}
      <div className="sh"><Btn small kind="quiet" icon={<IconArrowLeft {...icon} />} onClick={onBack}>Go on editing</Btn><b>{work.removes ? "What deleting it would do" : "What would change"}</b></div>
      <div className={`workarea request${replays ? "" : " alone"}`}>
        <section aria-label="What would change" className="scrolls">
          {n.error > 0 && <p className="banner danger" style={{ margin: "12px 24px" }} role="alert"><span className="danger"><Warn /></span><span className="grow">{work.removes ? "It cannot be deleted while others refer to it. Change these first:" : "It cannot be applied with these errors."}</span></p>}
          {work.removes && n.error > 0 ? <Broken findings={plan.findings} /> : plan.findings.length > 0 && <div className="rfind"><Findings findings={plan.findings} goTo={onBack} /></div>}
          {used.length > 0 && <div className="banner info" style={{ margin: "12px 24px" }}><div className="grow"><p>It is kept for what goes on referring to it:</p><ul className="dots">{used.map((u) => <li key={u.detail}>{countText(u.count)} {u.detail}</li>)}</ul></div></div>}
          {needs.length > 0 && <p className="banner info" style={{ margin: "12px 24px" }}><span className="grow">This does not apply at once. It becomes a change request that needs {needs.map((x, i) => <span key={x.policy}>{i > 0 && " and "}{asks(x)} (<Link className="link in" to={`/configuration/policy/${x.policy}` as "/tickets"}>{x.title}</Link>)</span>)}. Whoever wrote it cannot approve it.</span></p>}
          <PlanView changes={plan.changes} whole />
        </section>
        {replays && <section aria-label="What past tickets say" className="scrolls"><ReplayPart documents={work.documents(of)} begin /></section>}
      </div>
      <footer className="appr propose">
        <div className="stline wide">{n.error ? <span className="danger"><IconCircleX {...icon} /></span> : <span className="good"><IconCircleCheck {...icon} /></span>}<b>Checks</b><span>{n.error ? plural(n.error, "error") : "no errors"}</span></div>
        <div className="stline wide">{needs.length ? <span className="attention"><IconHourglass {...icon} /></span> : <IconStack2 {...icon} />}<b>{needs.length ? "Approval" : "Applies"}</b><span>{needs.length ? "by somebody else" : "at once"}</span></div>
        {ready ? <>
          <div className="why-in">
            <TextInput ref={box} value={title} onChange={(e) => setTitle(e.currentTarget.value)} placeholder={`What ${kind === "sla" ? "this promises now" : "this does"}, in a line`} aria-label="Title of this change" maxLength={200} onKeyDown={(e) => { if (e.key === "Enter" && !e.ctrlKey && !e.metaKey) { e.preventDefault(); send(); } }} />
            {title.trim() !== "" && <Textarea value={reason} onChange={(e) => setReason(e.currentTarget.value)} placeholder="Why, for those who approve it and for the history" aria-label="Reason" autosize minRows={1} maxRows={5} maxLength={1700} />}
          </div>
          <Btn kind={work.removes ? "bad" : "pri"} busy={busy} disabled={!title.trim()} onClick={send}>{busy ? "Sending" : needs.length ? "Ask for approval" : what} <kbd className="wide">Ctrl ↵</kbd></Btn>
        </> : <span className="row grow" style={{ justifyContent: "flex-end" }}><span className="m3 t12">{blocked ? "Bring both texts together first." : n.error ? "" : "Nothing would change."}</span>{blocked && <Btn onClick={onAgain}>Plan again</Btn>}<Btn onClick={onBack}>Go on editing</Btn></span>}
      </footer>
    </>
  );
}

/** What refers to a blueprint that is to go: each once, with how often. */
function Broken({ findings }: { findings: Finding[] }) {
  const by = new Map<string, Finding[]>();
  for (const f of findings.filter((x) => x.severity === "error")) by.set(`${f.kind}/${f.name}`, [...(by.get(`${f.kind}/${f.name}`) ?? []), f]);
  const all = useQuery(blueprintsQuery).data ?? [];
  return (
    <ul style={{ padding: "0 24px 12px" }}>{[...by].map(([key, said]) => {
      const b = all.find((x) => `${x.kind}/${x.name}` === key);
      const refers = said.every((f) => f.message.endsWith("is retired."));
      return <li key={key} className="useline"><Link className="link b5" to={`/configuration/${key}` as "/tickets"} target="_blank">{b?.title || key}</Link> <span className="m3 t12">{said[0].kind?.replaceAll("_", " ")}</span><p className="sub">{refers ? `Names it in ${plural(said.length, "place")}.` : said[0].message}</p></li>;
    })}</ul>
  );
}
