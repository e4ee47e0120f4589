/** One ticket in the table: the subject, then the chosen columns. Memoised; the table has thousands. */
import { memo, type MouseEvent } from "react";
import type { TicketRow } from "@/api/types";
import { named } from "@/lib/named";
import { side } from "@/lib/side";
import { cell, right, spoken, template, type Column } from "./columns";

interface Props { row: TicketRow; cols: Column[]; at: boolean; selected: boolean; selecting: boolean; now: number; query: string; onOpen: (e: MouseEvent, id: number) => void; onSelect: (id: number, on: boolean) => void }
export const TableRow = memo(function TableRow({ row, cols, at, selected, selecting, now, query, onOpen, onSelect }: Props) {
  const cells = cols.map((c) => cell(row, c, now));
  const waits = row.status === "new" || row.status === "open";
  return (
    <div className={`tk tr${at ? " at" : ""}${waits ? " un" : ""}${selecting ? " sel" : ""}`}>
      <label className="pick"><input type="checkbox" checked={selected} onChange={(e) => onSelect(row.id, e.target.checked)} aria-label={`Select ticket ${row.id}`} tabIndex={-1} /></label>
      <a href={`/tickets/${row.id}${query}`} onClick={(e) => onOpen(e, row.id)} className="hit" aria-label={spoken(row, cols, cells)} data-row={row.id} style={{ gridTemplateColumns: template(cols) }}>
        <b className="cut" dir={side(row.subject)}>{row.subject}</b>
        {cols.map((c, i) => { const x = cells[i]; return <span key={c} className={`cut${right.has(c) ? " num" : ""}${x.tone ? ` ${x.tone}` : ""}`} {...(x.title && named(x.title))} dir={typeof x.text === "string" ? side(x.text) : undefined}>{x.text}</span>; })}
      </a>
    </div>
  );
});
