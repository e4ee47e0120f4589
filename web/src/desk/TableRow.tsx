/** One ticket in the table: the subject, then the chosen columns. Memoised; the table has thousands. */
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { TicketRow } from "@/api/types";
import { cell, columns, right, template, type Column } from "./columns";

interface Props { row: TicketRow; cols: Column[]; at: boolean; selected: boolean; selecting: boolean; now: number; search: Record<string, string>; onSelect: (id: number, on: boolean) => void }
export const TableRow = memo(function TableRow({ row, cols, at, selected, selecting, now, search, onSelect }: Props) {
  const waits = row.status === "new" || row.status === "open";
  return (
    <div className={`tk tr${at ? " at" : ""}${waits ? " un" : ""}${selecting ? " sel" : ""}`}>
      <label className="pick"><input type="checkbox" checked={selected} onChange={(e) => onSelect(row.id, e.target.checked)} aria-label={`Select ticket ${row.id}`} tabIndex={-1} /></label>
      <Link to={`/tickets/${row.id}` as "/tickets"} search={search as never} preload={false} className="hit" data-row={row.id} style={{ gridTemplateColumns: template(cols) }}>
        <b className="cut" dir="auto">{row.subject}</b>
        {cols.map((c) => { const x = cell(row, c, now); return <span key={c} className={`cut${right.has(c) ? " num" : ""}${x.tone ? ` ${x.tone}` : ""}`} title={x.title} dir="auto"><span className="sr">, {columns[c]}: </span>{x.text}</span>; })}
      </Link>
    </div>
  );
});
