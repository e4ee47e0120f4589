/** The names of the columns; those that can be sorted by are buttons. */
import { IconArrowDown } from "@tabler/icons-react";
import type { TicketFilter } from "@/api/query";
import { columns, right, sorted, template, type Column } from "./columns";
import { sortOf } from "./sort";

export function TableHead({ cols, filter, set }: { cols: Column[]; filter: TicketFilter; set: (f: Partial<TicketFilter>) => void }) {
  const now = sortOf(filter);
  return (
    <div className="thead" style={{ gridTemplateColumns: template(cols) }}>
      <span>Subject</span>
      {cols.map((c) => {
        const by = sorted[c];
        return by
          ? <button key={c} type="button" className={right.has(c) ? "num" : undefined} aria-pressed={now === by} onClick={() => set({ sort: by === "due" ? undefined : by })}>{now === by && <IconArrowDown size={12} stroke={2} aria-hidden />}{columns[c]}<span className="sr">, sort by it</span></button>
          : <span key={c}>{columns[c]}</span>;
      })}
    </div>
  );
}
