/** The head that stays: subject, state, whom it waits for, who else is here, and the acts. */
import { IconChevronLeft, IconLayoutSidebarRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { FateAct } from "@/fate/act";
import type { Away } from "@/fate/useAway";
import type { Presence, Ticket, TicketPatch } from "@/api/types";
import { useMe } from "@/app/session";
import { usePages } from "@/lib/useMedia";
import { firstName, listOf, plural, waitsText } from "@/lib/words";
import { Avatar } from "@/ui/Avatar";
import { Btn } from "@/ui/Btn";
import { StatusTag } from "@/ui/Tag";

const Customer = lazy(() => import("./Customer"));
const MoreMenu = lazy(() => import("@/fate/MoreMenu").then((m) => ({ default: m.MoreMenu })));

interface Props {
  fate: (act: FateAct) => void; away: Away["put"];
  ticket: Ticket; others: Presence["others"]; writing: boolean; side: boolean;
  patch: (p: TicketPatch, said?: string) => Promise<boolean>; back: () => void; solve: () => void; assign: () => void; toggleSide: () => void;
}
export function Head({ ticket: t, others, patch, writing, back, solve, assign, side, toggleSide, fate, away }: Props) {
  const me = useMe();
  const waits = waitsText(t, me.person.id);
  const busy = others.filter((o) => o.writing);
  const here = busy.length === 1 ? `${firstName(busy[0].person.name)} is writing` : busy.length > 1 ? `${names(busy)} are writing` : others.length > 0 ? `${names(others)} ${others.length === 1 ? "is" : "are"} here` : null;
  const solvable = t.can.edit && t.statuses.includes("solved") && t.status !== "solved";
  return (
    <header className="head">
      <button type="button" className="back t12 m3" onClick={back}><IconChevronLeft size={16} stroke={1.75} aria-hidden />Tickets</button>
      <div className="headrow">
        <div className="grow">
          <Subject key={t.subject} ticket={t} patch={patch} />
          <div className="row wrap t12 m2" style={{ gap: "2px 8px", marginTop: 3 }}>
            <StatusTag status={t.status} />
            {waits && <span className="b6" style={{ color: "var(--ink)" }}>{waits}</span>}
            <span className="m3">Ticket {t.id}</span>
            {t.organization && <Link to={`/organizations/${t.organization.id}` as "/tickets"} className="m3 wide cut">{t.organization.name}</Link>}
            {t.followup_of && <Link className="link" to={`/tickets/${t.followup_of}` as "/tickets"}>Follows ticket {t.followup_of}</Link>}
            {t.problem_id && <Link className="link" to={`/tickets/${t.problem_id}` as "/tickets"}>Incident of problem {t.problem_id}</Link>}
            {t.split_from && <Link className="link" to={`/tickets/${t.split_from}` as "/tickets"}>Split off from ticket {t.split_from}</Link>}
            {t.splits?.slice(0, 3).map((f) => <Link key={f} className="link" to={`/tickets/${f}` as "/tickets"}>Ticket {f} was split off</Link>)}
            {t.followups.map((f) => <Link key={f} className="link" to={`/tickets/${f}` as "/tickets"}>Followed by ticket {f}</Link>)}
          </div>
        </div>
        <div className="acts">
          {others.length > 0 && <span className="avs wide">{others.slice(0, 4).map((o) => <Avatar key={o.person.id} id={o.person.id} name={o.person.name} live={o.writing} tip={`${o.person.name} is ${o.writing ? "writing" : "viewing"}`} />)}</span>}
          {here && <span className="t12 m2 wide nw here" role="status">{here}</span>}
          {t.can.edit && <Btn small keys="a" tip="Assign" onClick={assign} className="wide">Assign <kbd>A</kbd></Btn>}
          {solvable && <Btn small kind={writing ? "plain" : "pri"} keys="e" tip="Solve" onClick={solve}>Solve <kbd className="wide">E</kbd></Btn>}
          {t.status === "solved" && t.can.edit && <Btn small onClick={() => void patch({ status: "open" }, `Ticket ${t.id} is open again.`)}>Reopen</Btn>}
          <Suspense fallback={<span style={{ width: 28 }} />}><MoreMenu ticket={t} open={fate} away={away} /></Suspense>
          <Btn small kind="quiet" tip={side ? "Fold the properties" : "Open the properties"} keys="p" aria-expanded={side} icon={<IconLayoutSidebarRight size={16} stroke={1.75} aria-hidden />} onClick={toggleSide} />
        </div>
      </div>
      <Suspense fallback={<div style={{ height: 24 }} />}><Customer ticket={t} /></Suspense>
    </header>
  );
}

const names = (list: Presence["others"]) => (list.length <= 2 ? listOf(list.map((o) => firstName(o.person.name))) : plural(list.length, "colleague"));

function Subject({ ticket: t, patch }: Pick<Props, "ticket" | "patch">) {
  const Title = usePages() ? "h1" : "h2"; // beside the list, the list's is the first
  const [text, setText] = useState<string | null>(null);
  const [hint, setHint] = useState("");
  const save = () => {
    const next = (text ?? "").trim();
    if (!next) return setHint("A ticket needs a subject. Type one, or press Esc to keep the old.");
    setText(null);
    if (next !== t.subject) void patch({ subject: next }, "Subject changed.");
  };
  if (text === null)
    return (
      <Title className="t20 b6 subject" dir="auto" title={t.subject.length > 90 ? t.subject : undefined}>
        {t.can.edit ? <button type="button" onClick={() => setText(t.subject)} title="Click to change the subject"><span>{t.subject}</span></button> : <span>{t.subject}</span>}
      </Title>
    );
  return (
    <>
      <input className="t20 b6 subject-in" dir="auto" autoFocus value={text} aria-label="Subject" aria-invalid={!!hint} maxLength={998} onChange={(e) => setText(e.target.value)} onBlur={save}
        onKeyDown={(e) => {
          if (e.key === "Enter") save();
          if (e.key === "Escape") { e.stopPropagation(); setText(null); }
        }} />
      {hint && <p className="t12 danger" role="alert">{hint}</p>}
    </>
  );
}
