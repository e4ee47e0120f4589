/** My work: one list of everything that waits for the person, by when it is due, each with why it is here. */
import { Menu } from "@mantine/core";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { IconCheck, IconClockPause, IconInbox, IconMoodCheck } from "@tabler/icons-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api } from "@/api/client";
import { workQuery } from "@/api/query";
import type { WorkItem } from "@/api/types";
import { useCommands } from "@/app/commands";
import { useCan } from "@/app/session";
import { useStored } from "@/lib/store";
import { exact } from "@/lib/time";
import { useMedia } from "@/lib/useMedia";
import { useNow } from "@/lib/useNow";
import { countText, inside, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Empty, Failure, Skel } from "@/ui/State";
import { phrase } from "@/language/phrase";
import { AttentionTab } from "@/queue/AttentionTab";
import { bucketWord, groupWork, openCount, type Group } from "./groups";
import { pathTo, Row, searchTo } from "./Row";
import { choices } from "./snooze";
import "./work.css";

const Own = lazy(() => import("./Own"));
const ActHere = lazy(() => import("@/run/ActHere"));

type Line = { kind: "group"; name: Group["name"]; count: string } | { kind: "item"; item: WorkItem } | { kind: "more" };

export function Work() {
  const snoozed = (useSearch({ strict: false }) as Record<string, string | undefined>).show === "snoozed";
  const query = useInfiniteQuery(workQuery(snoozed));
  const figures = useCan("indicator.read");
  const go = useNavigate();
  const q = useQueryClient();
  const at = useNow();
  const narrow = useMedia("(max-width: 900px)");
  const [density] = useStored("density", "comfortable");
  const [cursor, setCursor] = useState<number | null>(null);
  const [putting, setPutting] = useState(false);
  const [acting, setActing] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const items = useMemo(() => {
    const seen = new Set<number>();
    return (query.data?.pages ?? []).flatMap((p) => p.items).filter((i) => !seen.has(i.id) && seen.add(i.id));
  }, [query.data]);
  const counts = query.data?.pages[0]?.counts;
  const now = items.find((i) => i.id === cursor) ?? null;
  useEffect(() => { document.title = "My work, Steward"; }, []);

  const lines = useMemo<Line[]>(() => {
    const out: Line[] = [];
    if (snoozed) out.push(...items.map((item) => ({ kind: "item" as const, item })));
    else for (const g of groupWork(items, at)) {
      const whole = !query.hasNextPage || g.items.length === (counts?.[g.name].count ?? -1);
      out.push({ kind: "group", name: g.name, count: whole ? String(g.items.length) : countText(counts?.[g.name] ?? null) }, ...g.items.map((item) => ({ kind: "item" as const, item })));
    }
    if (query.hasNextPage) out.push({ kind: "more" });
    return out;
  }, [items, at, snoozed, counts, query.hasNextPage]);
  const order = useMemo(() => lines.flatMap((l) => (l.kind === "item" ? [l.item.id] : [])), [lines]);
  const height = narrow ? 72 : density === "compact" ? 34 : 44;
  const v = useVirtualizer({
    count: lines.length, getScrollElement: () => box.current, overscan: 12,
    estimateSize: (i) => (lines[i].kind === "group" ? 36 : height),
    getItemKey: (i) => { const l = lines[i]; return l.kind === "item" ? l.item.id : l.kind === "group" ? l.name : "more"; },
  });
  useEffect(() => v.measure(), [height, v]);
  const visible = v.getVirtualItems();
  const last = visible[visible.length - 1];
  useEffect(() => {
    if (last && lines[last.index]?.kind === "more" && !query.isFetchingNextPage && !query.isFetchNextPageError) void query.fetchNextPage();
  }, [last, lines, query]);

  const move = (by: number) => {
    const next = order[Math.min(order.length - 1, Math.max(0, (cursor === null ? -1 : order.indexOf(cursor)) + by))];
    if (next === undefined) return;
    setCursor(next);
    v.scrollToIndex(lines.findIndex((l) => l.kind === "item" && l.item.id === next), { align: "auto" });
  };
  const point = useCallback((id: number) => setCursor(id), []);
  const act = useCallback((id: number) => { setCursor(id); setActing((was) => (was === id ? null : id)); }, []);
  const rest = useCallback(() => setActing(null), []);
  const open = (why?: number | null) => now && void go({ to: pathTo(now) as "/tickets", search: searchTo(now, why) });
  const fresh = () => q.invalidateQueries({ queryKey: ["work"] });
  const wake = (i: WorkItem) => api.del(`/work/${i.id}/snooze`).then(fresh, (e) => fail("It could not be brought back", e, () => void wake(i)));
  const snooze = (i: WorkItem, until: number) => {
    setPutting(false);
    const iso = new Date(until).toISOString();
    move(order.indexOf(i.id) === order.length - 1 ? -1 : 1);
    void api.post(`/work/${i.id}/snooze`, { until: iso }).then(() => { void fresh(); say(`Put off until ${exact(iso)}`, () => wake(i)); }, (e) => fail("It could not be put off", e, () => snooze(i, until)));
  };
  const dismiss = (i: WorkItem) => {
    move(order.indexOf(i.id) === order.length - 1 ? -1 : 1);
    void api.post(`/work/${i.id}/done`, {}).then(() => { void fresh(); say("Put away.", () => api.del(`/work/${i.id}/done`).then(fresh, (e) => fail("It could not be brought back", e))); }, (e) => fail("It could not be put away", e, () => dismiss(i)));
  };
  const mayPut = !!now?.may_snooze && !snoozed;
  useCommands([
    { id: "next", title: "Next", section: "list", keys: "j", run: () => move(1), hidden: true },
    { id: "prev", title: "Previous", section: "list", keys: "k", run: () => move(-1), hidden: true },
    { id: "open", title: "Open", section: "list", keys: "enter, o", run: () => open(), hidden: true },
    { id: "why", title: "Why is it here", section: "list", keys: "w", run: () => open(now?.why.event_id), hidden: true },
    { id: "snooze", title: snoozed ? "Bring back" : "Put off", section: "list", keys: "s", run: () => (snoozed ? now && void wake(now) : setPutting(mayPut)), hidden: !now },
    { id: "act", title: now?.act || "Act on it here", section: "list", keys: "a", run: () => now?.act && act(now.id), hidden: !now?.act || snoozed },
    { id: "dismiss", title: "Put the mention away", section: "list", keys: "e", run: () => now?.may_dismiss && dismiss(now), hidden: !now?.may_dismiss },
  ]);

  const total = counts ? openCount(counts) : null;
  return (
    <main className="pane page work" aria-label="My work">
      <nav className="tabs" aria-label="Parts of the list">
        <h1 className="t20 b6">My work</h1>
        <button type="button" className={snoozed ? "" : "on"} aria-current={snoozed ? undefined : "page"} onClick={() => go({ to: "." as never, search: {} as never })}>{phrase("Open", "what is to do")} <span className="m3">{total && countText(total)}</span></button>
        <button type="button" className={snoozed ? "on" : ""} aria-current={snoozed ? "page" : undefined} onClick={() => go({ to: "." as never, search: { show: "snoozed" } as never })}>Put off <span className="m3">{counts && countText(counts.snoozed)}</span></button>
        <AttentionTab />
        <span className="grow" />
        {now?.may_dismiss && !snoozed && <Btn small icon={<IconCheck size={16} stroke={1.75} aria-hidden />} keys="e" tip="Put the marked mention away" onClick={() => dismiss(now)}>Put away</Btn>}
        <span className="put">
          {now && mayPut && (
            <Menu opened={putting} onChange={setPutting} position="bottom-end" width={220} withInitialFocusPlaceholder={false}>
              <Menu.Target><Btn small icon={<IconClockPause size={16} stroke={1.75} aria-hidden />} keys="s" tip="Put off what is marked" onClick={() => setPutting(!putting)}>Put off</Btn></Menu.Target>
              <Menu.Dropdown>{choices(at).map((c) => <Menu.Item key={c.title} onClick={() => now && snooze(now, c.until)}><span className="row"><span className="grow">{c.title}</span></span><span className="sub">{exact(new Date(c.until).toISOString())}</span></Menu.Item>)}</Menu.Dropdown>
            </Menu>
          )}
          {now && snoozed && <Btn small keys="s" tip="Bring back what is marked" onClick={() => wake(now)}>Bring back</Btn>}
        </span>
      </nav>
      {figures && !snoozed && <Suspense fallback={null}><Own /></Suspense>}
      <div className="scroll" ref={box}>
        {query.isPending && <WorkSkeleton />}
        {query.isError && !query.data && <Failure what="Your work" error={query.error} retry={() => query.refetch()} />}
        {query.isSuccess && items.length === 0 && (snoozed
          ? <Empty icon={<IconClockPause size={20} stroke={1.75} aria-hidden />} title="Nothing is put off">Press s on an item to put it off. It comes back at its time, or when something happens to it.</Empty>
          : <Empty icon={<IconMoodCheck size={20} stroke={1.75} aria-hidden />} title="Nothing waits for you" action={<Btn icon={<IconInbox size={16} stroke={1.75} aria-hidden />} onClick={() => go({ to: "/tickets" })}>Open the desk</Btn>}>Tickets that wait for you, and those of your teams that nobody has taken, appear here by when they are due.</Empty>)}
        <div style={{ height: v.getTotalSize(), position: "relative" }} role="list" aria-label="What waits for you">
          {visible.map((it) => {
            const l = lines[it.index];
            return (
              <div key={it.key} role="listitem" data-index={it.index} ref={v.measureElement} style={{ position: "absolute", top: 0, left: 0, right: 0, transform: `translateY(${it.start}px)` }}>
                <div style={{ height: l.kind === "group" ? 36 : height }}>
                {l.kind === "group" && <h2 className="head"><span className={l.name === "overdue" ? "danger b6" : "b6"}>{bucketWord[l.name]}</span><span className="m3">{l.count}</span></h2>}
                {l.kind === "item" && <Row item={l.item} at={cursor === l.item.id} now={at} onPoint={point} acting={acting === l.item.id} onAct={act} />}
                {l.kind === "more" && (query.isFetchNextPageError
                  ? <div className="row" style={{ padding: "8px 24px" }}><span className="grow sub">The rest could not be loaded.</span><Btn small onClick={() => query.fetchNextPage()}>Try again</Btn></div>
                  : <RowSkeleton />)}
                </div>
                {l.kind === "item" && acting === l.item.id && <Suspense fallback={null}><ActHere run={l.item.subject.id} step={l.item.part} leave={rest} /></Suspense>}
              </div>
            );
          })}
        </div>
      </div>
      <footer className="keys sub"><span className="row wide"><kbd>J</kbd><kbd>K</kbd> move</span><span className="row wide"><kbd>↵</kbd> open</span><span className="row wide"><kbd>W</kbd> why</span>{now?.act && !snoozed && <span className="row wide"><kbd>A</kbd> {inside(now.act)}</span>}<span className="row wide"><kbd>S</kbd> {snoozed ? "bring back" : "put off"}</span>
        <span className="grow" />{counts && <span>{counts.done_today.count === 0 ? "Nothing done yet today" : `${plural(counts.done_today.count, "ticket")}${counts.done_today.capped ? " or more" : ""} done today`}</span>}</footer>
    </main>
  );
}

const RowSkeleton = () => <div className="wk" aria-hidden="true"><Skel w={56} /><Skel w="62%" /><Skel w="70%" h={10} /><Skel w={48} /></div>;
const WorkSkeleton = () => <div aria-busy="true" aria-label="Loading your work">{Array.from({ length: 9 }, (_, i) => <div key={i} style={{ height: 44 }}><RowSkeleton /></div>)}</div>;
