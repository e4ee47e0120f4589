/** A pipeline as a board: a column a stage, the highest score first. Cards move by key, by menu or by dragging; each says what it misses. */
import { IconAlertTriangle, IconChevronLeft, IconChevronRight, IconLayoutKanban } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState, type DragEvent, type KeyboardEvent } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import { pipelinesQuery, stagedQuery } from "@/api/query";
import type { Guard, ID, Pipeline, Staged, TicketStage } from "@/api/types";
import { PageSkeleton } from "@/app/Missing";
import { useCan } from "@/app/session";
import { Guards } from "@/guard/Guards";
import { useMedia } from "@/lib/useMedia";
import { countText } from "@/lib/words";
import { Choice } from "@/ui/Choice";
import { More } from "@/ui/More";
import { fail, say } from "@/ui/notify";
import { Empty, Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { duration, scoreText } from "./words";
import "./board.css";

export function Board() {
  const { name } = useParams({ strict: false }) as { name?: string };
  const search = useSearch({ strict: false }) as { stage?: string };
  const go = useNavigate();
  const q = useQueryClient();
  const narrow = useMedia("(max-width: 899px)");
  const all = useQuery(pipelinesQuery);
  const [asked, setAsked] = useState<{ ticket: Staged; to: string; guards: Guard[] } | null>(null);
  const p = all.data?.find((x) => x.name === name) ?? (name ? undefined : all.data?.[0]);
  useEffect(() => { document.title = `${p?.title ?? "Boards"}, Steward`; }, [p]);
  if (all.isError && !all.data) return <main className="pane page"><Failure what="The boards" error={all.error} retry={() => all.refetch()} /></main>;
  if (!all.data) return <PageSkeleton />;
  if (!p) return <main className="pane page"><Empty icon={<IconLayoutKanban size={20} stroke={1.75} aria-hidden />} title={name ? "There is no such board" : "No board yet"}>A board shows the requests of one form by their stage. Add a pipeline under Configuration.</Empty></main>;

  const move = async (t: Staged, to: string, confirm?: string[]) => {
    const from = t.stage, words = p.stages.find((s) => s.name === to)?.title ?? to;
    setAsked(null);
    try {
      await api.post<TicketStage>(`/tickets/${t.id}/stage`, { stage: to, ...(confirm ? { confirm } : {}) });
      say(`${t.id} is in ${words}.`, async () => {
        await api.post(`/tickets/${t.id}/stage`, { stage: from });
        void q.invalidateQueries({ queryKey: ["pipelines"] });
      });
    } catch (e) {
      if (isApiError(e) && e.guards.length > 0) setAsked({ ticket: t, to, guards: e.guards });
      else fail(`${t.id} stays where it is`, e);
    }
    await q.invalidateQueries({ queryKey: ["pipelines"] });
  };
  const shown = narrow ? p.stages.filter((s) => s.name === (search.stage ?? p.stages[0].name)) : p.stages;
  return (
    <main className="pane page pipeline" aria-label={p.title}>
      <header className="top">
        <p className="t12 m3" style={{ marginBottom: 4 }}><Link className="link" to="/tickets">Desk</Link></p>
        <h1 className="t20 b6">{p.title}</h1>
        <p className="t12 m2">{p.description || `Requests of the form ${p.form.title}`}{p.scored && ", the highest score first"}</p>
        {all.data.length > 1 && <div style={{ marginTop: 8 }}><Choice label="Board" value={p.name} options={all.data.map((x) => [x.name, x.title] as const)} onChange={(v) => void go({ to: `/pipelines/${v}` as "/tickets" })} /></div>}
        {narrow && <div style={{ marginTop: 8 }}><Choice label="Stage" value={shown[0]?.name ?? ""} options={p.stages.map((s) => [s.name, `${s.title} ${countText(s.count)}`] as const)} onChange={(v) => void go({ to: "." as never, search: { stage: v } as never })} /></div>}
      </header>
      {asked && <Guards guards={asked.guards} what={`Ticket ${asked.ticket.id} stays where it is.`} on="Move it anyway" goOn={() => void move(asked.ticket, asked.to, asked.guards.map((g) => g.name))} leave={() => setAsked(null)} />}
      <div className="cols" role="group" aria-label="Stages" tabIndex={0}>{shown.map((s) => <Column key={s.name} of={p} stage={s.name} move={move} />)}</div>
    </main>
  );
}

function Column({ of: p, stage, move }: { of: Pipeline; stage: string; move: (t: Staged, to: string) => Promise<void> }) {
  const list = useInfiniteQuery(stagedQuery(p.name, stage));
  const [over, setOver] = useState(false);
  const s = p.stages.find((x) => x.name === stage)!;
  const rows = list.data?.pages.flatMap((x) => x.items) ?? [];
  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    const t = dragged;
    dragged = null;
    if (t && t.stage !== stage) void move(t, stage);
  };
  return (
    <section className={`bcol${over ? " over" : ""}`} aria-label={s.title} onDragOver={(e) => { if (dragged) { e.preventDefault(); setOver(true); } }} onDragLeave={() => setOver(false)} onDrop={drop}>
      <h2 className="row t13 b6"><span className="grow cut">{s.title}</span><span className="m3 tn">{countText(s.count)}</span></h2>
      <p className="t12 m3 objective">{s.within_minutes === null ? "No objective" : `Within ${duration(s.within_minutes)}, ${s.calendar?.title ?? ""}`}</p>
      <div className="cards">
        {list.isPending && <><Skel h={64} /><Skel h={64} /></>}
        {list.isError && <Failure what="This stage" error={list.error} retry={() => list.refetch()} />}
        {list.isSuccess && rows.length === 0 && <p className="t12 m3" style={{ padding: 8 }}>Nothing here</p>}
        {rows.map((t) => <Card key={t.id} of={p} t={t} move={move} />)}
        <More query={list} />
      </div>
    </section>
  );
}

let dragged: Staged | null = null;

function Card({ of: p, t, move }: { of: Pipeline; t: Staged; move: (t: Staged, to: string) => Promise<void> }) {
  const can = useCan("ticket.edit");
  const box = useRef<HTMLElement>(null);
  const at = p.stages.findIndex((s) => s.name === t.stage);
  const before = p.stages[at - 1], after = p.stages[at + 1];
  const keys = (e: KeyboardEvent) => {
    const to = e.key === "[" ? before : e.key === "]" ? after : null;
    if (to && can) {
      e.preventDefault();
      e.stopPropagation();
      void move(t, to.name).then(() => focusCard(t.id));
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    const cards = [...(box.current?.parentElement?.querySelectorAll<HTMLElement>("[data-card]") ?? [])];
    cards[cards.indexOf(box.current!) + step]?.querySelector("a")?.focus();
  };
  return (
    <article ref={box} data-card={t.id} className="bcard" draggable={can} onDragStart={() => (dragged = t)} onDragEnd={() => (dragged = null)} onKeyDown={keys}>
      <Link className="b5" dir="auto" to={`/tickets/${t.id}` as "/tickets"}>{t.subject}</Link>
      <p className="row t12 m2" style={{ gap: 8 }}><span className="grow cut">{t.assignee?.name ?? "Nobody"}</span>{p.scored && <span className="tn" title="Score">{scoreText(t.score)}</span>}</p>
      <p className="row t12" style={{ gap: 8 }}>
        <span className={`grow ${t.overdue ? "danger b5" : "m3"}`}>{t.overdue && <IconAlertTriangle size={12} stroke={2} aria-hidden />} {t.stage_due_at ? <>{t.overdue ? "overdue " : "due "}<When at={t.stage_due_at} /></> : <>here since <When at={t.since} /></>}</span>
        {can && before && <button type="button" className="stagebtn" aria-label={`Back to ${before.title}`} title={`Back to ${before.title} ( [ )`} onClick={() => void move(t, before.name)}><IconChevronLeft size={14} stroke={1.75} aria-hidden /></button>}
        {can && after && <button type="button" className="stagebtn" aria-label={`On to ${after.title}`} title={`On to ${after.title} ( ] )`} onClick={() => void move(t, after.name)}><IconChevronRight size={14} stroke={1.75} aria-hidden /></button>}
      </p>
    </article>
  );
}

const focusCard = (id: ID) => setTimeout(() => document.querySelector<HTMLElement>(`[data-card="${id}"] a`)?.focus(), 60);

