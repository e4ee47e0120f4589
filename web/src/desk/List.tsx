/** The list pane: the view and its count, the rows in groups, keys to move and select. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { IconArrowUp, IconInbox, IconPlus } from "@tabler/icons-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type MouseEvent, type ReactNode } from "react";
import { ticketQuery } from "@/api/query";
import type { TicketRow } from "@/api/types";
import { useCommands } from "@/app/commands";
import { stringifySearch } from "@/app/search";
import { useCan } from "@/app/session";
import { later } from "@/lib/idle";
import { begin, type Begin } from "@/record/begin";
import { useStored } from "@/lib/store";
import { useNow } from "@/lib/useNow";
import { countNoun } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Empty, Failure, Skel } from "@/ui/State";
import { FilterMenu, FilterTags } from "./FilterMenu";
import { listSearch, useFilter } from "./filter";
import { Display } from "./Display";
import { asked, counted, groupByDue } from "./groups";
import { ListSkeleton, Rows, type Item, type RowsHandle } from "./Rows";
import { TableHead } from "./TableHead";
import { Sort } from "./Sort";
import { useTickets } from "./useTickets";
import { ViewPicker } from "./ViewPicker";

const Bar = later(() => import("@/bulk/Bar").then((m) => m.Bar));
const NextButton = lazy(() => import("@/queue/NextButton").then((m) => ({ default: m.NextButton })));

export function List({ open, table = false, alone = table, edge }: { open: number | null; /** What its width is moved by. */ edge?: ReactNode; /** Nothing stands beside it. */ alone?: boolean; /** With columns, in all the width. */ table?: boolean }) {
  const { filter: wanted, shown: filter, filtered, set, search, current, look, sortBy } = useFilter();
  const group = look.group, byServer = asked(group);
  const [folded, setFolded] = useState<string[]>([]);
  const { query, rows, fresh, show, head } = useTickets(useMemo(() => wanted && { ...wanted, ...(byServer && { group: byServer, ...(folded.length && { fold: folded.join(",") }) }) }, [wanted, byServer, folded]));
  const go = useNavigate();
  const mayTake = useCan("ticket.edit");
  const q = useQueryClient();
  const at = useNow();
  const [density] = useStored("density", "comfortable");
  const [cursor, setCursor] = useState<number | null>(open);
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<RowsHandle>(null);
  const byDue = look.sort === "due";
  const links = useMemo(() => listSearch(search), [search]);
  useEffect(() => { if (open) setCursor(open); }, [open]);
  useEffect(() => setSelected(new Set()), [wanted]);
  useEffect(() => setFolded((was) => (was.length ? [] : was)), [wanted, group]);
  useEffect(() => { if (!open) document.title = `${head?.view?.title ?? "Desk"}, Steward`; }, [open, head]);

  const heads = useMemo(() => (query.data?.pages ?? []).flatMap((p) => p.groups ?? []), [query.data]);
  const items = useMemo<Item[]>(() => {
    const out: Item[] = [], put = (list: TicketRow[]) => out.push(...list.map((row) => ({ kind: "row" as const, row })));
    if (group === "none") put(rows);
    else if (group === "due") groupByDue(rows, at).forEach((g, i, all) => {
      out.push({ kind: "group", name: g.name, title: g.title, danger: g.danger, count: `${g.rows.length}${query.hasNextPage && i === all.length - 1 ? "+" : ""}` });
      put(g.rows);
    });
    else for (const g of counted(rows, heads, group)) {
      out.push({ kind: "group", name: g.name, title: g.title, count: g.count, fold: g.folded ? "shut" : "open" });
      put(g.rows);
    }
    if (query.hasNextPage) out.push({ kind: "more" });
    return out;
  }, [rows, heads, group, at, query.hasNextPage]);
  const fold = useCallback((name: string) => setFolded((was) => (was.includes(name) ? was.filter((n) => n !== name) : [...was, name])), []);
  const order = useMemo(() => items.flatMap((i) => (i.kind === "row" ? [i.row.id] : [])), [items]);
  const onEnd = useCallback(() => { if (query.hasNextPage && !query.isFetchingNextPage && !query.isFetchNextPageError) void query.fetchNextPage(); }, [query]);

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
    list.current?.show(next);
    void q.prefetchQuery({ ...ticketQuery(next), staleTime: 20_000 });
    if (open !== null) openRow(next);
  };
  const select = useCallback((id: number, on: boolean) => setSelected((s) => {
    const n = new Set(s);
    if (on) n.add(id);
    else n.delete(id);
    return n;
  }), []);
  // With no ticket open, its keys work on the marked row: they open it and begin.
  const act = (what: Begin) => {
    if (cursor === null || !order.includes(cursor)) return;
    begin(cursor, what);
    openRow(cursor);
  };
  useCommands([
    { id: "solve", title: "Open the marked ticket and solve it", section: "list", keys: "e", run: () => act("solve"), hidden: true },
    { id: "reply", title: "Open the marked ticket and reply", section: "list", keys: "r", run: () => act("reply"), hidden: true },
    { id: "note", title: "Open the marked ticket and write a note", section: "list", keys: "n", run: () => act("note"), hidden: true },
  ], open === null && mayTake);
  useCommands([
    { id: "next", title: "Next ticket", section: "list", keys: "j", run: () => move(1), hidden: true },
    { id: "prev", title: "Previous ticket", section: "list", keys: "k", run: () => move(-1), hidden: true },
    { id: "open", title: "Open the ticket", section: "list", keys: "enter, o", run: () => cursor && openRow(cursor), hidden: true },
    { id: "select", title: "Select the ticket", section: "list", keys: "x", run: () => cursor && select(cursor, !selected.has(cursor)), hidden: true },
    { id: "selectall", title: "Select every ticket shown", section: "list", keys: "mod+a", run: () => setSelected(new Set(order)) },
    { id: "fresh", title: "Show new tickets", section: "list", keys: ".", run: () => void show() },
  ]);

  return (
    <section className={table ? "pane list table" : "pane list"} role={alone ? "main" : undefined} aria-label="Tickets">
      <header>
        <div className="row">
          <h1 className="grow"><ViewPicker current={current} head={head} set={set} filtered={filtered} /></h1>
          {mayTake && <Suspense><NextButton /></Suspense>}
          <FilterMenu filter={filter} set={set} />
          <Display filter={wanted ?? {}} look={look} current={current} table={table} put={sortBy} set={set} />
          <Btn small icon={<IconPlus size={16} stroke={1.75} aria-hidden />} keys="c" tip="New ticket" onClick={() => go({ to: "/tickets/new" as never, search: links as never })}>New</Btn>
        </div>
        <div className="row t12 m3" style={{ gap: 12, minHeight: 18 }}>
          {head ? <span>{countNoun(head.count, "ticket")}</span> : query.isPending && <Skel w={56} h={10} />}
          <Sort now={look.sort} put={sortBy} />
        </div>
        {head?.partly && <p className="t12 m3" role="status">Groups are made of 10,000 tickets of this list. Narrow it to see the others.</p>}
        {filtered && <FilterTags filter={filter} set={set} />}
      </header>
      {fresh > 0 && <button type="button" className="newbar" onClick={() => { void show(); box.current?.scrollTo({ top: 0 }); }}><IconArrowUp size={16} stroke={1.75} aria-hidden />{fresh} new</button>}
      <div className="sr" role="status">{fresh > 0 ? `${fresh} new tickets above` : ""}</div>
      <div className="scroll" ref={box}>
        {table && <TableHead cols={look.columns} now={look.sort} put={sortBy} />}
        {query.isPending && <ListSkeleton />}
        {query.isError && !query.data && <Failure what="The list" error={query.error} retry={() => query.refetch()} />}
        {query.isSuccess && rows.length === 0 && heads.length === 0 && (
          <Empty icon={<IconInbox size={20} stroke={1.75} aria-hidden />} title={filtered ? "No ticket matches these filters" : "Nothing waits here"}
            action={filtered ? <Btn onClick={() => set({ status: undefined, assignee: undefined, team: undefined, priority: undefined, requester: undefined, organization: undefined, tag: undefined, type: undefined, filter: undefined })}>Clear the filters</Btn> : <Btn onClick={() => go({ to: "/tickets/new" as never })}>New ticket</Btn>}>
            {filtered ? "Remove one to see more." : "Tickets of this view appear as customers write. You can also open one for a customer."}
          </Empty>
        )}
        <Rows ref={list} items={items} box={box} table={table} cols={look.columns} compact={density === "compact"} open={open} cursor={cursor} selected={selected} now={at} byDue={byDue} query={address}
          onOpen={follow} onSelect={select} onFold={fold} onEnd={onEnd} failed={query.isFetchNextPageError} again={() => void query.fetchNextPage()} />
      </div>
      {selected.size > 0 && <Suspense><Bar ids={[...selected]} rows={rows} filter={wanted ?? {}} count={head?.count ?? null} done={() => setSelected(new Set())} /></Suspense>}
      {edge}
    </section>
  );
}
