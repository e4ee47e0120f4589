/** One ticket: head, clocks, conversation, composer, properties. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useDeferredValue, useEffect, useRef, useState } from "react";
import { agentsQuery, teamsQuery, ticketPeopleQuery, ticketQuery, timelineQuery, waitsQuery } from "@/api/query";
import { api } from "@/api/client";
import type { PreparedSide, TicketPeople, TimelineEntry } from "@/api/types";
import { useCommands } from "@/app/commands";
import { useMe } from "@/app/session";
import { Strip } from "@/clock/Strip";
import { Composer, type ComposerHandle } from "@/composer/Composer";
import { listSearch } from "@/desk/filter";
import { paneOf, Picking, usePicking, type FateAct } from "@/fate/act";
import { useAway } from "@/fate/useAway";
import { useMedia } from "@/lib/useMedia";
import { usePrinting } from "@/lib/usePrinting";
import { useStored } from "@/lib/store";
import { leadingClock } from "@/lib/words";
import { useFile } from "@/preview/useFile";
import { Properties } from "@/property/Properties";
import { Timeline } from "@/timeline/Timeline";
import { fail, say } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { useWhy } from "@/why/useWhy";
import { begun, type Begin } from "./begin";
import { Head } from "./Head";
import { Sheet } from "./Sheet";
import { usePatch } from "./usePatch";
import { usePresence } from "./usePresence";
import "./record.css";
import "./print.css";

const WhyPanel = lazy(() => import("@/why/WhyPanel").then((m) => ({ default: m.WhyPanel })));
const Help = lazy(() => import("@/queue/Help").then((m) => ({ default: m.Help })));
const Waits = lazy(() => import("@/timeline/Waits").then((m) => ({ default: m.Waits })));
const Preview = lazy(() => import("@/preview/Preview").then((m) => ({ default: m.Preview })));
const Guards = lazy(() => import("@/guard/Guards").then((m) => ({ default: m.Guards })));
const Refused = lazy(() => import("@/entitle/Refused").then((m) => ({ default: m.Refused })));
const Trials = lazy(() => import("@/why/Trials").then((m) => ({ default: m.Trials })));

const SideBlock = lazy(() => import("@/aside/SideBlock").then((m) => ({ default: m.SideBlock })));
const SidePane = lazy(() => import("@/aside/SidePane").then((m) => ({ default: m.SidePane })));
const FateStrip = lazy(() => import("@/fate/FateStrip").then((m) => ({ default: m.FateStrip })));
const MergedHere = lazy(() => import("@/fate/MergedHere").then((m) => ({ default: m.MergedHere })));
const FatePane = lazy(() => import("@/fate/FatePane").then((m) => ({ default: m.FatePane })));
const Incidents = lazy(() => import("@/fate/Incidents").then((m) => ({ default: m.Incidents })));
const Left = lazy(() => import("./Left").then((m) => ({ default: m.Left })));
const RedactDialog = lazy(() => import("@/fate/RedactDialog").then((m) => ({ default: m.RedactDialog })));

export function RecordPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const n = Number(id);
  if (!Number.isSafeInteger(n) || n <= 0) return <main className="pane rec"><Failure what="This ticket" gone /></main>;
  return <First id={n} />;
}

/** The first ticket is drawn behind its outlines, so that the key that opens it is answered at once; those after it take its place. */
function First({ id }: { id: number }) {
  return useDeferredValue(true, false) ? <Record key={id} id={id} /> : <RecordSkeleton />;
}

function Record({ id }: { id: number }) {
  const me = useMe();
  const q = useQueryClient();
  const go = useNavigate();
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const ticket = useQuery(ticketQuery(id));
  const timeline = useQuery(timelineQuery(id));
  const sends = useQuery({ ...waitsQuery(id), enabled: me.can.includes("ticket.edit") });
  const waits = sends.data ?? [];
  const { patch, conflict, wrong, mark, asked, dismiss } = usePatch(id);
  const away = useAway(id);
  const [writing, setWriting] = useState(false);
  const others = usePresence(id, writing);
  const why = useWhy();
  const printing = usePrinting();
  const peek = useFile();
  const composer = useRef<ComposerHandle>(null);
  const assign = useRef<(() => void) | null>(null);
  const roomy = useMedia("(min-width: 1280px)");
  const [side, setSide] = useStored("side", "open");
  const [sheet, setSheet] = useState(false);
  const [act, setAct] = useState<FateAct | null>(null);
  const picking = usePicking(act === "split");
  // Messages are chosen in the conversation, so that nothing may lie over it.
  const beside = paneOf(act) && (roomy || act !== "split");
  const talk = ticket.data?.can.note && search.side && (search.side === "new" || Number(search.side) > 0) ? search.side : null;
  const openTalk = (at: string | null) => void go({ to: `/tickets/${id}` as "/tickets", search: { ...search, side: at ?? undefined } as never, replace: true });
  const sideOpen = roomy ? side === "open" || why.at !== null || beside || talk !== null : sheet || why.at !== null || beside || talk !== null;
  useEffect(() => {
    void q.prefetchQuery(agentsQuery);
    void q.prefetchQuery(teamsQuery);
  }, [q]);
  // Fields that must be filled are shown where they are filled.
  useEffect(() => { if (wrong) { if (roomy) setSide("open"); else setSheet(true); } }, [wrong, roomy, setSide]);
  const t = ticket.data;
  const there = !!t;
  // A key on its row opened it: what the key does here happens now.
  const does = useRef<Partial<Record<Begin, () => void>>>({});
  useEffect(() => { const what = there && begun(id); if (what) does.current[what]?.(); }, [there, id]);
  useEffect(() => { if (t) document.title = `${t.subject}, ticket ${t.id}`; }, [t]);

  const aside = (s: PreparedSide) => void import("@/aside/begin").then((m) => m.beginAside(q, id, s, openTalk)).catch((e) => fail("The side conversation was not opened", e));
  const toggleSide = () => {
    if (paneOf(act)) setAct(null);
    else if (why.at) why.close();
    else if (talk) openTalk(null);
    else if (roomy) setSide(side === "open" ? "closed" : "open");
    else setSheet((s) => !s);
  };
  const toList = () => void go({ to: "/tickets", search: listSearch(search) as never });
  const solve = () => t && t.statuses.includes("solved") && void patch({ status: "solved" }, `Ticket ${id} solved.`);
  const follow = async () => {
    if (!t?.can.note) return;
    const was = t.follows;
    try {
      const p = was ? await api.del<TicketPeople>(`/tickets/${id}/people/${me.person.id}`) : await api.post<TicketPeople>(`/tickets/${id}/people`, { role: "follower", id: me.person.id });
      q.setQueryData(ticketPeopleQuery(id).queryKey, p);
      q.setQueryData(ticketQuery(id).queryKey, (old) => old && { ...old, follows: !was });
      say(was ? "You follow this no longer." : "You follow this: you hear of every message.");
    } catch (e) {
      fail("Nothing was changed", e);
    }
  };
  const defaultWhy = () => {
    if (why.at) return why.close();
    const c = t && leadingClock(t.clocks);
    const e = [...(timeline.data ?? [])].reverse().find((x) => x.type === "event" && x.why);
    if (c) why.open({ kind: "clock", metric: c.metric });
    else if (e) why.open({ kind: "event", id: e.type === "event" ? e.id : 0 });
  };
  does.current = { solve, reply: () => composer.current?.focus(true), note: () => composer.current?.focus(false) };
  useCommands([
    { id: "solve", title: "Solve", section: "ticket", keys: "e", run: solve },
    { id: "assign", title: "Assign", section: "ticket", keys: "a", run: () => { if (!sideOpen) toggleSide(); setTimeout(() => assign.current?.(), 30); } },
    { id: "take", title: "Assign to me", section: "ticket", keys: "i", run: () => void patch({ assignee_id: me.person.id }, "Assigned to you.") },
    { id: "follow", title: t?.follows ? "Follow no longer" : "Follow", section: "ticket", keys: "f", run: () => void follow() },
    { id: "why", title: "Why is it so", section: "ticket", keys: "w", run: defaultWhy },
    { id: "try", title: "Try rules on this ticket", section: "ticket", keys: "", run: () => why.open({ kind: "try" }) },
    { id: "merge", title: "Merge tickets", section: "ticket", keys: "", run: () => t?.can.edit && setAct("merge") },
    { id: "split", title: "Split messages off", section: "ticket", keys: "", run: () => t?.can.edit && setAct("split") },
    { id: "problem", title: "Link to a problem", section: "ticket", keys: "", run: () => t?.can.edit && setAct("problem") },
    { id: "aside", title: "Begin a side conversation", section: "writing", keys: "b", run: () => { if (t?.can.note && !t.hidden) openTalk("new"); } },
    { id: "side", title: "Fold or open the properties", section: "ticket", keys: "p", run: toggleSide },
    { id: "reply", title: "Reply", section: "writing", keys: "r", run: () => composer.current?.focus(true) },
    { id: "note", title: "Write an internal note", section: "writing", keys: "n", run: () => composer.current?.focus(false) },
    { id: "print", title: "Print the ticket", section: "ticket", keys: "", run: () => print() },
    { id: "close", title: "Back to the list", section: "ticket", keys: "escape, u", run: () => { if (peek.at) peek.close(); else if (act) setAct(null); else if (why.at) why.close(); else if (talk) openTalk(null); else if (sheet) setSheet(false); else toList(); }, hidden: true },
  ], !!t);

  if (ticket.isError && !t) return <main className="pane rec" style={{ justifyContent: "center" }}><Failure what={`Ticket ${id}`} error={ticket.error} retry={() => ticket.refetch()} /><Suspense><Left id={id} /></Suspense></main>;
  if (!t) return <RecordSkeleton />;
  return (
    <main className="pane rec" aria-label={`Ticket ${t.id}`}>
      <Head ticket={t} others={others} patch={patch} writing={writing} back={toList} solve={solve} assign={() => { if (!sideOpen) toggleSide(); setTimeout(() => assign.current?.(), 30); }} side={sideOpen} toggleSide={toggleSide} fate={setAct} away={away.put} />
      {printing && <Sheet ticket={t} />}
      {(t.merged_into || t.hidden) && <Suspense><FateStrip ticket={t} /></Suspense>}
      {!t.hidden && timeline.data?.some((e) => e.type === "event" && e.verb === "ticket.merged" && Date.now() - Date.parse(e.at) < 86_400_000) && <Suspense><MergedHere ticket={t} /></Suspense>}
      {act === "redact" && <Suspense><RedactDialog ticket={t} timeline={timeline.data ?? []} close={() => setAct(null)} /></Suspense>}
      {t.refused && <Suspense><Refused ticket={t} why={why} /></Suspense>}
      {t.clocks.length > 0 && <Strip clocks={t.clocks} readAt={ticket.dataUpdatedAt} why={why} />}
      {asked && <Suspense><Guards guards={asked.guards} what="Not changed." on="Change it anyway" goOn={() => void patch(asked.wanted, asked.said, asked.guards.map((g) => g.name))} leave={dismiss} /></Suspense>}
      {away.asked && <Suspense><Guards guards={away.asked.guards} what={away.asked.as === "deleted" ? "Not deleted." : "Not marked as spam."} on={away.asked.as === "deleted" ? "Delete it all the same" : "Mark it all the same"} goOn={away.asked.goOn} leave={away.dismiss} /></Suspense>}
      {t.can.note && <Suspense><Help id={t.id} version={t.version} /></Suspense>}
      <div className="cols">
        <div className="tl">
          <Picking value={picking}><Timeline ticket={t} query={timeline} why={why} /></Picking>
          {waits.length > 0 && <Suspense><Waits ticket={t} waits={waits} onDraft={(d) => composer.current?.show(d)} /></Suspense>}
          {paneOf(act) && !beside ? <Suspense><FatePane ticket={t} act={act} picked={picking} close={() => setAct(null)} /></Suspense> : t.hidden ? <Suspense><Left id={id} /></Suspense> : <>{!t.can.reply && !t.can.note && <Suspense><Left id={id} /></Suspense>}<Composer ref={composer} ticket={t} onWriting={setWriting} onAside={aside} onMissing={mark} /></>}
          {peek.at && <Suspense><Preview file={fileOf(timeline.data ?? [], peek.at.id)} member={peek.at.member} open={(m) => peek.open(peek.at?.id ?? 0, m)} close={peek.close} /></Suspense>}
        </div>
        {sideOpen && (
          <>
            {!roomy && <button type="button" className="shade" aria-label="Close the properties" onClick={() => { why.close(); setSheet(false); setAct(null); if (talk) openTalk(null); }} />}
            <aside className={talk ? "side talk" : "side"} aria-label="Properties and reasons">
              <div className="scroll">
                {beside && act !== null && paneOf(act) && <Suspense><FatePane ticket={t} act={act} picked={picking} close={() => setAct(null)} /></Suspense>}
                {t.type === "problem" && !paneOf(act) && <Suspense><Incidents ticket={t} /></Suspense>}
                <Suspense>{why.at?.kind === "try" ? <Trials ticket={id} close={why.close} /> : why.at && <WhyPanel ticket={id} at={why.at} close={why.close} />}</Suspense>
                {talk && !paneOf(act) && <Suspense><SidePane ticket={t} at={talk} timeline={timeline.data ?? []} why={why} open={openTalk} close={() => openTalk(null)} /></Suspense>}
                {t.can.note && !t.hidden && !talk && !paneOf(act) && <Suspense fallback={<div style={{ height: 71 }} />}><SideBlock ticket={t} open={openTalk} /></Suspense>}
                <Properties ticket={t} patch={patch} conflict={conflict} wrong={wrong} dismiss={dismiss} assign={assign} timeline={timeline.data ?? []} why={why} />
              </div>
            </aside>
          </>
        )}
      </div>
    </main>
  );
}

/** The file of a message with an id; what is known of it when the message is not loaded. */
function fileOf(timeline: TimelineEntry[], id: number) {
  for (const e of timeline) if (e.type === "comment") for (const f of e.attachments) if (f.id === id) return f;
  return { id, filename: `File ${id}`, size: 0 };
}

function RecordSkeleton() {
  return (
    <main className="pane rec" aria-busy="true">
      <div className="head"><Skel w="56%" h={22} /><Skel w="32%" style={{ marginTop: 10 }} /></div>
      <div className="strip" style={{ display: "block" }}><Skel h={44} /></div>
      <div className="feed">{[70, 55, 80].map((w, i) => <div key={i} className="msg"><Skel w={24} h={24} style={{ borderRadius: 12 }} /><div><Skel w={140} /><Skel w={`${w}%`} h={14} style={{ marginTop: 10 }} /><Skel w={`${w - 12}%`} h={14} style={{ marginTop: 6 }} /></div></div>)}</div>
    </main>
  );
}
