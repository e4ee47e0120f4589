/** The rows in sight, of thousands. On its own, so that scrolling draws nothing else anew. */
import { IconChevronDown } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useImperativeHandle, type MouseEvent, type Ref, type RefObject } from "react";
import type { TicketRow } from "@/api/types";
import { Btn } from "@/ui/Btn";
import { Skel } from "@/ui/State";
import type { Column } from "./columns";
import { Row } from "./Row";
import { TableRow } from "./TableRow";

export type Item = { kind: "group"; name: string; title: string; danger?: boolean; count: string; /** Of a group that can be folded. */ fold?: "open" | "shut" } | { kind: "row"; row: TicketRow } | { kind: "more" };
export interface RowsHandle { /** Scrolls until a ticket is in sight. */ show: (id: number) => void }
interface Props {
  ref: Ref<RowsHandle>; items: Item[]; /** What scrolls. */ box: RefObject<HTMLDivElement | null>;
  table: boolean; cols: Column[]; compact: boolean; open: number | null; cursor: number | null; selected: ReadonlySet<number>; now: number; byDue: boolean; query: string;
  onOpen: (e: MouseEvent, id: number) => void; onSelect: (id: number, on: boolean) => void; onFold: (group: string) => void;
  /** The end is in sight. */ onEnd: () => void; /** More could not be loaded. */ failed: boolean; again: () => void;
}
/** Height of a group's name, and of the names of columns, which stay. */
const GROUP = 34, HEAD = 32;

export function Rows({ ref, items, box, table, cols, compact, open, cursor, selected, now, byDue, query, onOpen, onSelect, onFold, onEnd, failed, again }: Props) {
  const height = table ? (compact ? 32 : 44) : compact ? 44 : 56;
  const margin = table ? HEAD : 0;
  const v = useVirtualizer({
    count: items.length, getScrollElement: () => box.current, overscan: table ? 4 : 8, scrollMargin: margin, scrollPaddingStart: margin,
    estimateSize: (i) => (items[i].kind === "group" ? GROUP : height),
    getItemKey: (i) => { const it = items[i]; return it.kind === "row" ? it.row.id : it.kind === "group" ? `group ${it.name}` : "more"; },
  });
  useEffect(() => v.measure(), [height, items, v]);
  useImperativeHandle(ref, () => ({ show: (id) => v.scrollToIndex(items.findIndex((x) => x.kind === "row" && x.row.id === id), { align: "auto" }) }));
  const visible = v.getVirtualItems();
  const last = visible[visible.length - 1];
  useEffect(() => { if (last && items[last.index]?.kind === "more") onEnd(); }, [last, items, onEnd]);
  return (
    <div style={{ height: v.getTotalSize(), position: "relative" }} role="list" aria-label="Tickets of this view">
      {visible.map((it) => {
        const item = items[it.index];
        return (
          <div key={it.key} role={item.kind === "row" || (item.kind === "group" && item.fold) ? "listitem" : "presentation"} style={{ position: "absolute", top: 0, left: 0, right: 0, height: it.size, contain: "strict", transform: `translateY(${it.start - margin}px)` }}>
            {item.kind === "group" && (item.fold
              ? <button type="button" className="grp" aria-expanded={item.fold === "open"} onClick={() => onFold(item.name)}><IconChevronDown size={12} stroke={2} aria-hidden /><span className="cut" dir="auto">{item.title}</span><span>{item.count}</span></button>
              : <div className="grp"><span className={item.danger ? "danger b5" : "cut"} dir="auto">{item.title}</span><span>{item.count}</span></div>)}
            {item.kind === "row" && (table
              ? <TableRow row={item.row} cols={cols} at={cursor === item.row.id} selected={selected.has(item.row.id)} selecting={selected.size > 0} now={now} query={query} onOpen={onOpen} onSelect={onSelect} />
              : <Row row={item.row} open={open === item.row.id} at={cursor === item.row.id} selected={selected.has(item.row.id)} selecting={selected.size > 0} now={now} byDue={byDue} query={query} onOpen={onOpen} onSelect={onSelect} />)}
            {item.kind === "more" && (failed
              ? <div className="row" style={{ padding: "8px 16px" }}><span className="grow sub">More tickets could not be loaded.</span><Btn small onClick={again}>Try again</Btn></div>
              : <RowSkeleton />)}
          </div>
        );
      })}
    </div>
  );
}

const RowSkeleton = () => (
  <div className="tk" aria-hidden="true"><div className="hit"><Skel w="72%" /><Skel w={48} /><Skel w="48%" h={10} style={{ marginTop: 6 }} /><Skel w={36} h={10} style={{ marginTop: 6 }} /></div></div>
);
export const ListSkeleton = () => <div aria-busy="true" aria-label="Loading the list">{Array.from({ length: 9 }, (_, i) => <RowSkeleton key={i} />)}</div>;
