/** One ticket in the list: what, from whom, when due, how urgent. Memoised; the list has thousands. */
import { memo, type MouseEvent } from "react";
import type { TicketRow } from "@/api/types";
import { named } from "@/lib/named";
import { side } from "@/lib/side";
import { dueLabel, exact, relative } from "@/lib/time";
import { metricWord, priorityWord, statusWord } from "@/lib/words";
import { StatusIcon } from "@/ui/Tag";

interface Props {
  row: TicketRow; open: boolean; at: boolean; selected: boolean; selecting: boolean; now: number; byDue: boolean;
  /** What the address keeps of the list. */ query: string; onOpen: (e: MouseEvent, id: number) => void; onSelect: (id: number, on: boolean) => void;
}
export const Row = memo(function Row({ row, open, at, selected, selecting, now, byDue, query, onOpen, onSelect }: Props) {
  const due = row.due ? dueLabel(row.due, now) : null;
  const waits = row.status === "new" || row.status === "open";
  const done = row.status === "solved" || row.status === "closed";
  const who = row.organization ? `${row.organization.name}, ${row.requester.name}` : row.requester.name;
  return (
    <div className={`tk${open ? " on" : ""}${at ? " at" : ""}${waits ? " un" : ""}${selecting ? " sel" : ""}`}>
      <label className="pick">
        <input type="checkbox" checked={selected} onChange={(e) => onSelect(row.id, e.target.checked)} aria-label={`Select ticket ${row.id}`} tabIndex={-1} />
      </label>
      <a href={`/tickets/${row.id}${query}`} onClick={(e) => onOpen(e, row.id)} className="hit" aria-current={open ? "true" : undefined} data-row={row.id}>
        <b className="cut" dir={side(row.subject)}>{row.subject}</b>
        {due && (byDue || due.tone !== "m3")
          ? <span className={`due ${due.tone === "ink" ? "" : due.tone} ${due.tone === "danger" || due.tone === "attention" ? "b5" : ""}`} {...named(() => (row.due!.at ? `${metricWord[row.due!.metric]} due ${exact(row.due!.at)}` : `${metricWord[row.due!.metric]} paused`))}>{due.text}</span>
          : <span className="due m3" {...named(() => exact(row.updated_at))}>{relative(row.updated_at, now)}</span>}
        <span className="sub cut" dir={side(who)}>{row.side_conversations && <span className={row.side_conversations.answered ? "accent b5" : undefined}>{row.side_conversations.answered ? "Answered aside, " : "Asked aside, "}</span>}{who}</span>
        <span className="due m3 st">{waits ? priorityWord[row.priority] : <><StatusIcon status={row.status} />{statusWord[row.status]}</>}</span>
        {done && <span className="sr">Done</span>}
      </a>
    </div>
  );
});
