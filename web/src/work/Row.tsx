/** One thing to do: what, about whom, why it is here, when it is due. Memoised; a list may be long. */
import { IconAt, IconBuilding, IconChecklist, IconClockPause, IconHeadset, IconSquareCheck, type Icon } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { WorkItem } from "@/api/types";
import { Btn } from "@/ui/Btn";
import { dueLabel, exact, relative } from "@/lib/time";

const icons: Record<string, Icon> = { ticket: IconHeadset, mention: IconAt, step: IconChecklist, change_request: IconChecklist };
/** Where an item opens. */
const folder: Record<string, string> = { change_request: "configuration/requests", application: "applications", person: "people", run: "runs" };
/** What the address of an item says beside its record: which side conversation, what to begin, and what to explain. */
export const searchTo = (i: Pick<WorkItem, "kind" | "part">, why?: number | null) => ({ ...(i.kind === "side" && i.part ? { side: i.part } : {}), ...(i.kind === "update" ? { note: "health_update" } : {}), ...(why ? { why: `event:${why}` } : {}) }) as never;
export const pathTo = ({ kind, subject: s }: Pick<WorkItem, "kind" | "subject">): string =>
  s.kind === "organization" ? `/${kind === "call" || kind === "update" ? "accounts" : "organizations"}/${s.id}` : s.kind === "pool" ? "/pools" : `/${folder[s.kind] ?? "tickets"}/${s.id}`;

interface Props { item: WorkItem; at: boolean; now: number; onPoint: (id: number) => void; acting: boolean; onAct: (id: number) => void }
export const Row = memo(function Row({ item, at, now, onPoint, acting, onAct }: Props) {
  const due = item.due ? dueLabel({ at: item.due, breached: false, paused: false }, now) : null;
  const loud = due && (due.tone === "danger" || due.tone === "attention");
  const Kind = icons[item.kind] ?? IconSquareCheck;
  const path = pathTo(item) as "/tickets";
  return (
    <div className={`wk${at ? " at" : ""}`} onMouseDown={() => onPoint(item.id)}>
      <Link to={path} search={searchTo(item)} preload={false} className="hit" data-row={item.id} aria-label={`${item.kind_title}: ${item.title}`} />
      <span className="kind sub"><Kind size={16} stroke={1.75} aria-hidden />{item.kind_title}</span>
      <span className="what"><b className="cut" dir="auto">{item.title}</b><span className="sub cut about" dir="auto">{item.about}</span></span>
      <span className="reason sub cut">
        {!item.mine && <span className="tag" title="Nobody has taken it yet"><IconBuilding size={12} stroke={1.75} aria-hidden />{item.team?.title ?? "Team"}</span>}
        {item.why.event_id ? <Link to={path} search={searchTo(item, item.why.event_id)} className="why cut">{item.why.sentence}</Link> : <span className="cut">{item.why.sentence}</span>}
        {item.act && !item.until && <Btn small className="act" aria-expanded={acting} onClick={() => onAct(item.id)}>{item.act}</Btn>}
      </span>
      {item.until
        ? <span className="due sub" title={item.reason || undefined}><IconClockPause size={14} stroke={1.75} aria-hidden /><time dateTime={item.until} title={exact(item.until)}>{relative(item.until, now)}</time></span>
        : <span className={`due ${!due || due.tone === "ink" ? "" : due.tone}${loud ? " b5" : ""}`}>{due && <time dateTime={item.due!} title={`${item.promise || "Due"}: ${exact(item.due!)}`}>{due.text}</time>}</span>}
    </div>
  );
});
