/** The names of the columns; those that can be sorted by are buttons, and a second press turns the order round. */
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { columns, right, sorted, template, type Column } from "./columns";
import { falls, pressed, type Sorted } from "./sort";

export function TableHead({ cols, now, put }: { cols: Column[]; now: Sorted; put: (s: Sorted) => void }) {
  return (
    <div className="thead" style={{ gridTemplateColumns: template(cols) }}>
      <span>Subject</span>
      {cols.map((c) => {
        const by = sorted[c], on = by !== undefined && now.replace("-", "") === by, Arrow = falls(now) ? IconArrowDown : IconArrowUp;
        return by
          ? <button key={c} type="button" className={right.has(c) ? "num" : undefined} aria-pressed={on} onClick={() => put(pressed(by, now))}>{on && <Arrow size={12} stroke={2} aria-hidden />}{columns[c]}<span className="sr">, {on && pressed(by, now) !== now ? "turn the order round" : "sort by it"}</span></button>
          : <span key={c}>{columns[c]}</span>;
      })}
    </div>
  );
}
