/** The list pane: the view and its count, the rows in groups, keys to move and select. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { IconArrowUp, IconInbox, IconPlus } from "@tabler/icons-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type MouseEvent } from "react";
import { ticketQuery } from "@/api/query";
import type { TicketRow } from "@/api/types";
import { useCommands } from "@/app/commands";
import { stringifySearch } from "@/app/search";
import { useCan } from "@/app/session";
import { useStored } from "@/lib/store";
import { useNow } from "@/lib/useNow";
import { countNoun } from "@/lib/words";
import { Bar } from "@/bulk/Bar";
import { Btn } from "@/ui/Btn";
import { Empty, Failure, Skel } from "@/ui/State";
import { FilterMenu, FilterTags } from "./FilterMenu";
import { listSearch, useFilter } from "./filter";
import { Display } from "./Display";
import { groupBy, groupByDue } from "./groups";
import { Row } from "./Row";
import { TableHead } from "./TableHead";
import { TableRow } from "./TableRow";
import { SortMenu, sortOf } from "./SortMenu";
import { useTickets } from "./useTickets";
import { ViewPicker } from "./ViewPicker";

const NextButton = lazy(() => import("@/queue/NextButton").then((m) => ({ default: m.NextButton })));

/** How many tickets groups are made of. */
const MOST_GROUPED = 1000;
type Item = { kind: "group"; name: string; title: string; danger?: boolean; count: string } | { kind: "row"; row: TicketRow } | { kind: "more" };

export function List({ open, table = false }: { open: number | null; /** With columns, in all the width. */ table?: boolean }) {
  const { filter: wanted, shown: filter, filtered, set, search, current, look } = useFilter();
  const { query, rows, fresh, show, head } = useTickets(wanted);
  const go = useNavigate();
  const mayTake = useCan("ticket.edit");
  const q = useQueryClient();
  const at = useNow();
  const [density] = useStored("density", "comfortable");
  const [cursor, setCursor] = useState<number | null>(open);
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const box = useRef<HTMLDivElement>(null);
  const byDue = sortOf(filter) === "due";
  const links = useMemo(() => listSearch(search), [search]);
  useEffect(() => { if (open) setCursor(open); }, [open]);
  useEffect(() => setSelected(new Set()), [wanted]);
  useEffect(() => { if (!open) document.title = `${head?.view?.title ?? "Desk"}, Steward`; }, [open, head]);

  const group = look.group;
  // Groups by what tickets have want all of them; of very many, the first.
  const whole = group === "due" || group === "none";
  useEffect(() => { if (!whole && query.hasNextPage && !query.isFetching && !query.isFetchNextPageError && rows.length < MOST_GROUPED) void query.fetchNextPage(); }, [whole, query, rows.length]);
  const items = useMemo<Item[]>(() => {
    const out: Item[] = [];
    if (group === "none") out.push(...rows.map((row) => ({ kind: "row" as const, row })));
    else {
      const groups = group === "due" ? groupByDue(rows, at) : groupBy(rows, group);
      groups.forEach((g, i) => {
        const partial = query.hasNextPage && (!whole || i === groups.length - 1);
        out.push({ kind: "group", name: g.name || "without", title: g.title, danger: g.danger, count: `${g.rows.length}${partial ? "+" : ""}` }, ...g.rows.map((row) => ({ kind: "row" as const, row })));
      });
    }
    if (query.hasNextPage) out.push({ kind: "more" });
    return out;
  }, [rows, group, whole, at, query.hasNextPage]);
  const order = useMemo(() => items.flatMap((i) => (i.kind === "row" ? [i.row.id] : [])), [items]);
  const rowHeight = table ? (density === "compact" ? 32 : 44) : density === "compact" ? 44 : 56;
  const margin = table ? 32 : 0; // the names of the columns stay
  const v = useVirtualizer({
    count: items.length, getScrollElement: () => box.current, overscan: table ? 4 : 10, scrollMargin: margin, scrollPaddingStart: margin,
    estimateSize: (i) => (items[i].kind === "group" ? 34 : rowHeight),
    getItemKey: (i) => { const it = items[i]; return it.kind === "row" ? it.row.id : it.kind === "group" ? `group ${it.name}` : "more"; },
  });
  useEffect(() => v.measure(), [rowHeight, items, v]);
  const visible = v.getVirtualItems();
  const last = visible[visible.length - 1];
  useEffect(() => {
    if (last && items[last.index]?.kind === "more" && query.hasNextPage && !query.isFetchingNextPage && !query.isFetchNextPageError) void query.fetchNextPage();
  }, [last, items, query]);

  const openRow = useCallback((id: number) => void go({ to: `/tickets/${id}` as "/tickets", search: links as never }), [go, links]);
  // Rows are plain links: a list of thousands has no use for what a router's link does besides.
  const address = useMemo(() => stringifySearch(links), [links]);
  const follow = useCallback((e: MouseEvent, id: number) => {
    if (e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    openRow(id);
  }, [openRow]);
  const move = (by: number) => {
    const i = cursor === null ? -1 : order.indexOf(cursor);
    const next = order[Math.min(order.length - 1, Math.max(0, i + by))];
    if (next === undefined) return;
    setCursor(next);
    v.scrollToIndex(items.findIndex((x) => x.kind === "row" && x.row.id === next), { align: "auto" });
    void q.prefetchQuery({ ...ticketQuery(next), staleTime: 20_000 });
    if (open !== null) openRow(next);
  };
  const select = useCallback((id: number, on: boolean) => setSelected((s) => {
    const n = new Set(s);
    if (on) n.add(id);
    else n.delete(id);
    return n;
  }), []);
  useCommands([
    { id: "next", title: "Next ticket", section: "List", keys: "j", run: () => move(1), hidden: true },
    { id: "prev", title: "Previous ticket", section: "List", keys: "k", run: () => move(-1), hidden: true },
    { id: "open", title: "Open the ticket", section: "List", keys: "enter, o", run: () => cursor && openRow(cursor), hidden: true },
    { id: "select", title: "Select the ticket", section: "List", keys: "x", run: () => cursor && select(cursor, !selected.has(cursor)), hidden: true },
    { id: "selectall", title: "Select every ticket shown", section: "List", keys: "mod+a", run: () => setSelected(new Set(order)) },
    { id: "fresh", title: "Show new tickets", section: "List", keys: ".", run: () => void show() },
  ]);

  return (
    <section className={table ? "pane list table" : "pane list"} aria-label="Tickets">
      <header>
        <div className="row">
          <h1 className="grow"><ViewPicker current={current} head={head} set={set} filtered={filtered} /></h1>
          {mayTake && <Suspense><NextButton /></Suspense>}
          <FilterMenu filter={filter} set={set} />
          <Display filter={wanted ?? {}} look={look} current={current} table={table} set={set} />
          <Btn small icon={<IconPlus size={16} stroke={1.75} aria-hidden />} keys="c" tip="New ticket" onClick={() => go({ to: "/tickets/new" as never, search: links as never })}>New</Btn>
        </div>
        <div className="row t12 m3" style={{ gap: 12, minHeight: 18 }}>
          {head ? <span>{countNoun(head.count, "ticket")}</span> : query.isPending && <Skel w={56} h={10} />}
          <SortMenu filter={filter} set={set} />
        </div>
        {filtered && <FilterTags filter={filter} set={set} />}
      </header>
      {fresh > 0 && <button type="button" className="new" onClick={() => { void show(); box.current?.scrollTo({ top: 0 }); }}><IconArrowUp size={16} stroke={1.75} aria-hidden />{fresh} new</button>}
      <div className="sr" role="status">{fresh > 0 ? `${fresh} new tickets above` : ""}</div>
      <div className="scroll" ref={box}>
        {table && <TableHead cols={look.columns} filter={filter} set={set} />}
        {query.isPending && <ListSkeleton />}
        {query.isError && !query.data && <Failure what="The list" error={query.error} retry={() => query.refetch()} />}
        {query.isSuccess && rows.length === 0 && (
          <Empty icon={<IconInbox size={20} stroke={1.75} aria-hidden />} title={filtered ? "No ticket matches these filters" : "Nothing waits here"}
            action={filtered ? <Btn onClick={() => set({ status: undefined, assignee: undefined, team: undefined, priority: undefined, requester: undefined, organization: undefined, tag: undefined, type: undefined, filter: undefined })}>Clear the filters</Btn> : <Btn onClick={() => go({ to: "/tickets/new" as never })}>New ticket</Btn>}>
            {filtered ? "Remove one to see more." : "Tickets of this view appear as customers write. You can also open one for a customer."}
          </Empty>
        )}
        <div style={{ height: v.getTotalSize(), position: "relative" }} role="list" aria-label="Tickets of this view">
          {visible.map((it) => {
            const item = items[it.index];
            return (
              <div key={it.key} role={item.kind === "row" ? "listitem" : "presentation"} style={{ position: "absolute", top: 0, left: 0, right: 0, height: it.size, transform: `translateY(${it.start - margin}px)` }}>
                {item.kind === "group" && <div className="grp"><span className={item.danger ? "danger b5" : "cut"} dir="auto">{item.title}</span><span>{item.count}</span></div>}
                {item.kind === "row" && (table ? <TableRow row={item.row} cols={look.columns} at={cursor === item.row.id} selected={selected.has(item.row.id)} selecting={selected.size > 0} now={at} query={address} onOpen={follow} onSelect={select} /> : <Row row={item.row} open={open === item.row.id} at={cursor === item.row.id} selected={selected.has(item.row.id)} selecting={selected.size > 0} now={at} byDue={byDue} query={address} onOpen={follow} onSelect={select} />)}
                {item.kind === "more" && (query.isFetchNextPageError
                  ? <div className="row" style={{ padding: "8px 16px" }}><span className="grow sub">More tickets could not be loaded.</span><Btn small onClick={() => query.fetchNextPage()}>Try again</Btn></div>
                  : <RowSkeleton />)}
              </div>
            );
          })}
        </div>
      </div>
      {selected.size > 0 && <Bar ids={[...selected]} loaded={rows.length} filter={wanted ?? {}} count={head?.count ?? null} done={() => setSelected(new Set())} />}
    </section>
  );
}

const RowSkeleton = () => (
  <div className="tk" aria-hidden="true"><div className="hit"><Skel w="72%" /><Skel w={48} /><Skel w="48%" h={10} style={{ marginTop: 6 }} /><Skel w={36} h={10} style={{ marginTop: 6 }} /></div></div>
);
const ListSkeleton = () => <div aria-busy="true" aria-label="Loading the list">{Array.from({ length: 9 }, (_, i) => <RowSkeleton key={i} />)}</div>;
