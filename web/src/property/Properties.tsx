/** The property column: what the ticket is, each value edited where it stands, each machine's choice with its reason. */
import { IconArrowDown, IconArrowUp, IconChevronsUp, IconMinus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, type MutableRefObject, type ReactNode } from "react";
import type { ApiError } from "@/api/error";
import { agentsQuery, teamsQuery } from "@/api/query";
import type { EventEntry, Priority, Ticket, TicketPatch, TicketType, TimelineEntry } from "@/api/types";
import { openHelp } from "@/queue/ask";
import { useCan, useMe } from "@/app/session";
import { priorityWord, statusWord, ticketTypes, typeWord } from "@/lib/words";
import type { Conflict } from "@/record/usePatch";
import { Avatar } from "@/ui/Avatar";
import { StatusIcon } from "@/ui/Tag";
import { When } from "@/ui/When";
import { writeWhy, type WhyAt, type WhyState } from "@/why/useWhy";
import { Attributes } from "./Attributes";
import { ConflictNote } from "./ConflictNote";
import { DayTime } from "./DayTime";
import { Pick } from "./Pick";
import { Tags } from "./Tags";
import "./property.css";

const TicketPeople = lazy(() => import("./TicketPeople").then((m) => ({ default: m.TicketPeople })));
const TicketApplications = lazy(() => import("@/program/TicketApplications"));
const UploadLinks = lazy(() => import("./UploadLinks"));
const Engineering = lazy(() => import("@/engineering/TicketIssues").then((m) => ({ default: m.TicketIssues })));
const SubjectRuns = lazy(() => import("@/run/SubjectRuns"));
const TicketTimes = lazy(() => import("./TicketTimes"));
const StageBlock = lazy(() => import("@/board/StageBlock"));

const p = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
export const priorityIcon: Record<Priority, ReactNode> = {
  low: <IconArrowDown {...p} className="m3" />, normal: <IconMinus {...p} className="m3" />,
  high: <IconArrowUp {...p} className="attention" />, urgent: <IconChevronsUp {...p} className="danger" />,
};

interface Props {
  ticket: Ticket; patch: (p: TicketPatch, said?: string) => Promise<boolean>; conflict: Conflict | null; wrong: ApiError | null; dismiss: () => void;
  assign: MutableRefObject<(() => void) | null>; timeline: TimelineEntry[]; why: WhyState;
}
export function Properties({ ticket: t, patch, conflict, wrong, dismiss, assign, timeline, why }: Props) {
  const me = useMe();
  const applies = useCan("application.read");
  const agents = useQuery(agentsQuery);
  const teams = useQuery(teamsQuery);
  const locked = !t.can.edit;
  const reason = (field: string) => {
    // A machine's choice is known here already; what a person chose is asked when wanted.
    const e = lastDecision(timeline, field);
    const at: WhyAt = e ? { kind: "event", id: e.id } : { kind: "field", field };
    const on = why.at !== null && writeWhy(why.at) === writeWhy(at);
    return <button type="button" className={`why t12 m3${on ? " on" : ""}${e ? "" : " quiet"}`} aria-expanded={on} aria-label={`Why this ${field}`} onClick={() => (on ? why.close() : why.open(at))}>Why</button>;
  };
  return (
    <section className="pp" aria-label="Properties">
      {conflict && <ConflictNote conflict={conflict} again={() => { dismiss(); void patch(conflict.wanted, "Your change was applied."); }} leave={dismiss} />}
      <dl className="props">
        <Suspense fallback={<><dt>Requester</dt><dd><Avatar id={t.requester.id} name={t.requester.name} /><span className="cut" dir="auto">{t.requester.name}</span></dd></>}><TicketPeople ticket={t} patch={patch} /></Suspense>
        <dt>Organization</dt>
        <dd>{t.organization ? <Link className="link cut" dir="auto" to={`/organizations/${t.organization.id}` as "/tickets"}>{t.organization.name}</Link> : <span className="m3">None</span>}</dd>
        <dt>Status</dt>
        <dd><Pick label="Status" disabled={locked} value={t.status} shown={<><StatusIcon status={t.status} /><span>{statusWord[t.status]}</span></>}
          choices={[t.status, ...t.statuses.filter((s) => s !== t.status)].map((s) => ({ value: s, label: statusWord[s], icon: <StatusIcon status={s} /> }))}
          onPick={(v) => void patch({ status: v as Ticket["status"] }, `Status set to ${statusWord[v as Ticket["status"]]}.`)} />{reason("status")}</dd>
        <dt>Assignee</dt>
        <dd><Pick label="Assignee" disabled={locked} opener={assign} search value={String(t.assignee?.id ?? "")}
          shown={t.assignee ? <><Avatar id={t.assignee.id} name={t.assignee.name} /><span className="cut">{t.assignee.id === me.person.id ? "You" : t.assignee.name}</span></> : <span className="m3">Nobody</span>}
          choices={[
            { value: String(me.person.id), label: `${me.person.name} (you)`, icon: <Avatar id={me.person.id} name={me.person.name} /> },
            { value: "", label: "Nobody" },
            ...(agents.data ?? []).filter((a) => a.id !== me.person.id).map((a) => ({ value: String(a.id), label: a.name, icon: <Avatar id={a.id} name={a.name} /> })),
          ]}
          onPick={(v) => void patch({ assignee_id: v ? Number(v) : null }, v ? `Assigned to ${v === String(me.person.id) ? "you" : agents.data?.find((a) => String(a.id) === v)?.name ?? "a colleague"}.` : "Assigned to nobody.")} />{reason("assignee")}</dd>
        <dt>Team</dt>
        <dd><Pick label="Team" disabled={locked} value={t.team?.name ?? ""} shown={t.team ? <span className="cut">{t.team.title}</span> : <span className="m3">None</span>}
          choices={[{ value: "", label: "None" }, ...(teams.data ?? []).map((x) => ({ value: x.name, label: x.title }))]}
          onPick={(v) => void patch({ team: v || null }, v ? `Team set to ${teams.data?.find((x) => x.name === v)?.title ?? v}.` : "Team cleared.")} />{reason("team")}</dd>
        <dt>Priority</dt>
        <dd><Pick label="Priority" disabled={locked} value={t.priority} shown={<>{priorityIcon[t.priority]}<span>{priorityWord[t.priority]}</span></>}
          choices={(["urgent", "high", "normal", "low"] as Priority[]).map((v) => ({ value: v, label: priorityWord[v], icon: priorityIcon[v] }))}
          onPick={(v) => void patch({ priority: v as Priority }, `Priority set to ${priorityWord[v as Priority]}.`)} />{reason("priority")}</dd>
        <dt>Type</dt>
        <dd><Pick label="Type" disabled={locked} value={t.type} shown={<span>{typeWord[t.type]}</span>} choices={ticketTypes.map((v) => ({ value: v, label: typeWord[v] }))}
          onPick={(v) => void patch({ type: v as TicketType }, `Type set to ${typeWord[v as TicketType]}.`)} />{reason("type")}</dd>
        {t.type === "task" && <><dt>Task due</dt><dd><DayTime label="Task due" value={t.task_due_at} disabled={locked} onSave={(v) => void patch({ task_due_at: v }, v ? "The task's day was set." : "The task's day was cleared.")} /></dd></>}
        <dt>Tags</dt>
        <dd style={{ alignItems: "flex-start" }}><Tags tags={t.tags} locked={locked} onSave={(tags) => void patch({ tags }, "Tags changed.")} />{reason("tags")}</dd>
        {t.form && <Suspense><StageBlock ticket={t} /></Suspense>}
        <Attributes ticket={t} patch={patch} wrong={wrong} />
        {applies && t.tags.includes("application") && <Suspense><TicketApplications ticket={t} /></Suspense>}
        <Suspense><UploadLinks ticket={t} /></Suspense>
        {t.mailbox && <><dt>Mailbox</dt><dd><span className="cut" title={t.mailbox.address}>{t.mailbox.address}</span></dd></>}
        {t.brand && <><dt>Brand</dt><dd><span className="cut">{t.brand.title}</span></dd></>}
        <dt>Opened</dt><dd><When at={t.created_at} /></dd>
        <dt>Changed</dt><dd><When at={t.updated_at} /></dd>
      </dl>
      {t.can.note && <Suspense><Engineering ticket={t} why={why} /></Suspense>}
      <Suspense><SubjectRuns kind="ticket" id={t.id} as="ticketruns" /></Suspense>
      {t.can.note && <Suspense><TicketTimes ticket={t} patch={patch} /></Suspense>}
      {t.can.edit && <p className="row wrap" style={{ gap: 12 }}>
        <button type="button" className="link t12" aria-expanded={why.at?.kind === "try"} onClick={() => (why.at?.kind === "try" ? why.close() : why.open({ kind: "try" }))}>Try rules</button>
        <button type="button" className="link t12" onClick={() => openHelp("ask")}>Ask for attention</button>
        <button type="button" className="link t12" onClick={() => openHelp("hand")}>Hand over</button>
      </p>}
    </section>
  );
}

/** The newest machine event that set a field, unless a person set it later. */
export function lastDecision(timeline: TimelineEntry[], field: string): EventEntry | null {
  for (let i = timeline.length - 1; i >= 0; i--) {
    const e = timeline[i];
    if (e.type !== "event" || !e.changes.some((c) => c.field === field || c.field === field + "_id")) continue;
    return e.machine && e.why ? e : null;
  }
  return null;
}
