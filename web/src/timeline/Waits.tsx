/** Replies that wait: on their way with a way back, planned for a time, or held back with the reason. */
import { IconClockPause, IconHourglass, IconSend } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { api } from "@/api/client";
import { waitsQuery } from "@/api/query";
import type { CommentResult, Draft, Ticket, Wait } from "@/api/types";
import { takeBack } from "@/composer/takeBack";
import { clockTime, fmt, now, stamp, timeZone, zoneName } from "@/lib/time";
import { listOf, statusWord } from "@/lib/words";
import { settle } from "@/record/settle";
import { Avatar } from "@/ui/Avatar";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Html } from "./Html";
import "./waits.css";

const SendLater = lazy(() => import("@/composer/SendLater").then((m) => ({ default: m.SendLater })));
const Reading = lazy(() => import("./Reading"));
interface Props { ticket: Ticket; waits: Wait[]; onDraft: (d: Draft) => void }

export function Waits({ ticket, waits, onDraft }: Props) {
  return <section className="waitlist" aria-label="Replies that wait">{waits.map((w) => <One key={w.id} ticket={ticket} wait={w} onDraft={onDraft} />)}</section>;
}

function One({ ticket: t, wait: w, onDraft }: { ticket: Ticket; wait: Wait; onDraft: (d: Draft) => void }) {
  const q = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [moving, setMoving] = useState(false);
  const [open, setOpen] = useState(w.state === "held" || w.kind === "review");
  const left = useSeconds(w.state === "waiting" && w.kind !== "review" ? Date.parse(w.send_at) : 0);
  // Its time has come: ask until it is there.
  const reading = w.kind === "review" && w.state === "waiting";
  const due = w.state === "waiting" && !reading && left <= 0;
  useEffect(() => {
    if (!due) return;
    const ask = () => { for (const k of ["sends", "timeline", "ticket"]) void q.invalidateQueries({ queryKey: [k, t.id] }); };
    const timer = setInterval(ask, 1000);
    return () => clearInterval(timer);
  }, [due, q, t.id]);
  const act = async (what: string, run: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await run();
    } catch (e) {
      fail(what, e);
      void q.invalidateQueries({ queryKey: ["sends", t.id] });
    } finally {
      setBusy(false);
    }
  };
  const sendNow = () => act("The reply did not leave", async () => {
    const r = await api.post<CommentResult>(`/tickets/${t.id}/sends/${w.id}/now`, {});
    settle(q, r.ticket);
    for (const k of ["sends", "timeline"]) void q.invalidateQueries({ queryKey: [k, t.id] });
    say("Sent.");
  });
  const move = (send_at: string, time_zone: string, if_changed: "hold" | "send") => act("The time was not changed", async () => {
    const next = await api.patch<Wait>(`/tickets/${t.id}/sends/${w.id}`, { send_at, time_zone, if_changed });
    setMoving(false);
    q.setQueryData(waitsQuery(t.id).queryKey, (all) => (all ?? []).map((x) => (x.id === w.id ? next : x)));
    say("The reply has another time.");
  });
  const icon = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
  const held = w.state === "held";
  const soon = w.kind === "undo" && !held;
  return (
    <article className={`wait${held ? " held" : ""}`} aria-label={held ? "Reply held back" : "Reply that waits"}>
      <div className="row wrap" style={{ gap: "2px 8px" }}>
        <Avatar id={w.author.id} name={w.author.name} />
        <span className="b6" dir="auto">{w.mine ? "You" : w.author.name}</span>
        <span className={`t12 row b5 ${held ? "attention" : "info"}`} style={{ gap: 4 }} role={soon ? "timer" : undefined}>
          {held ? <IconClockPause {...icon} /> : soon ? <IconSend {...icon} /> : <IconHourglass {...icon} />}
          {held ? (w.kind === "review" ? "Given back" : "Not sent") : reading ? "Waits to be read" : soon ? (due ? "Leaving" : `Leaves in ${left} s`) : `Leaves ${when(w)}`}
        </span>
        {w.status && <span className="tag">then {statusWord[w.status]}</span>}
        {w.copies.length > 0 && <span className="t12 m3">copies to {w.copies.length <= 2 ? listOf(w.copies.map((c) => c.name)) : w.copies.length}</span>}
        {w.files > 0 && <span className="t12 m3">{w.files === 1 ? "1 file" : `${w.files} files`}</span>}
        <span className="grow" />
        {!due && <span className="row" style={{ gap: 4 }}>
          {soon ? <Btn small keys="z" tip="Undo" busy={busy} onClick={() => void act("", () => takeBack(q, w, t.id, onDraft))}>Undo</Btn> : (
            <>
              {w.mine && w.kind !== "review" && <Btn small busy={busy} onClick={() => void sendNow()}>{held ? "Send anyway" : "Send now"}</Btn>}
              {w.mine && w.kind !== "review" && <Btn small kind="quiet" aria-expanded={moving} onClick={() => setMoving(!moving)}>Other time</Btn>}
              {(w.mine || !reading) && <Btn small kind="quiet" busy={busy} onClick={() => void act("", () => takeBack(q, w, t.id, onDraft))}>{w.mine ? "Back to the draft" : "Take back"}</Btn>}
            </>
          )}
        </span>}
      </div>
      {held && <p className="t12" style={{ marginTop: 4 }}>{w.why}</p>}
      {reading && !w.reads && <p className="t12 m2" style={{ marginTop: 4 }}>{w.review?.title ?? "Somebody reads it"}. It leaves when it is approved.</p>}
      {moving && <Suspense><SendLater ticket={t} verb="Send then" start={{ at: w.send_at, zone: w.time_zone, ifChanged: w.if_changed }} onPick={(at, zone, ifChanged) => void move(at, zone, ifChanged)} onLeave={() => setMoving(false)} /></Suspense>}
      {open || soon ? <div className="txt"><Html html={w.html} remote={false} /></div> : <button type="button" className="peek t12 m2" onClick={() => setOpen(true)}><span className="cut">{w.text || "Show it"}</span></button>}
      {reading && w.reads && <Suspense><Reading ticket={t.id} wait={w} /></Suspense>}
      {!soon && open && !held && !reading && <button type="button" className="mini" onClick={() => setOpen(false)}>Fold it</button>}
    </article>
  );
}

/** When a planned reply leaves, in one's own time and in the zone it was chosen in. */
function when(w: Wait): string {
  const t = Date.parse(w.send_at);
  const mine = timeZone();
  const day = (z: string) => fmt(t, { weekday: "short", day: "numeric", month: "short" }, z);
  const there = w.time_zone !== mine && w.time_zone !== "UTC" ? ` (${day(w.time_zone) === day(mine) ? "" : day(w.time_zone) + ", "}${clockTime(t, w.time_zone)} ${zoneName(t, w.time_zone)})` : "";
  return `${t - now() < 20 * 3_600_000 ? stamp(w.send_at) : `${day(mine)}, ${clockTime(t)}`}${there}`;
}

/** Whole seconds until a time; 0 for none. */
function useSeconds(until: number): number {
  const left = () => (until ? Math.max(0, Math.ceil((until - now()) / 1000)) : 0);
  const [n, set] = useState(left);
  useEffect(() => {
    set(left());
    if (!until) return;
    const timer = setInterval(() => set(left()), 250);
    return () => clearInterval(timer);
  }, [until]); // eslint-disable-line react-hooks/exhaustive-deps
  return n;
}
