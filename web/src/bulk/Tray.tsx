/** The tray of work in the background: how far it is, how long it takes, stop, and what came of it with Undo. */
import { IconX } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { batchQuery } from "@/api/query";
import type { Batch, ID } from "@/api/types";
import { useCommands } from "@/app/commands";
import { useMe } from "@/app/session";
import { phrase } from "@/language/phrase";
import { now } from "@/lib/time";
import { useNow } from "@/lib/useNow";
import { number, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Asked } from "./Asked";
import { giveBack, left, putAway } from "./tray";
import "./bulk.css";

export function Tray({ ids }: { ids: ID[] }) {
  return <aside className="tray" aria-label="Work in the background">{ids.map((id) => <One key={id} id={id} />)}</aside>;
}

export const moving = (b: Batch) => b.state === "running" || b.state === "undoing";
/** How many tickets a batch has finished with, in the direction it goes. */
export const reached = (b: Batch) => (b.state === "undoing" || b.state === "undone" ? b.undone : b.done + b.failed);
export const goal = (b: Batch) => (b.state === "undoing" || b.state === "undone" ? b.done : b.total);

function One({ id }: { id: ID }) {
  const q = useQueryClient();
  const me = useMe().person.id;
  const { data: b } = useQuery(batchQuery(id));
  const ended = b && !moving(b);
  useEffect(() => {
    if (!ended) return;
    for (const k of ["tickets", "tickets-hidden", "views", "ticket", "timeline", "work"]) void q.invalidateQueries({ queryKey: [k] });
  }, [ended, q]);
  const [busy, setBusy] = useState(false);
  const fresh = Boolean(b?.undo_until && b.ended_at && Date.now() - Date.parse(b.ended_at) < 60_000);
  const waits = !!b?.starts_at;
  const gone = !!b && !waits && !b.taken_back;
  useEffect(() => { if (gone) left(id, me); }, [gone, id, me]);
  useCommands([{ id: `undo-batch-${id}`, title: "Undo the bulk change", section: "everywhere", keys: "z", run: () => void (waits ? takeBack() : act("undo")) }], fresh || waits);

  const act = async (what: "undo" | "cancel") => {
    setBusy(true);
    try {
      q.setQueryData(batchQuery(id).queryKey, await api.post<Batch>(`/bulk/${id}/${what}`, {}));
      return true;
    } catch (e) {
      fail(what === "undo" || waits ? "It was not taken back" : "It was not stopped", e);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const takeBack = async () => {
    if (!(await act("cancel"))) return;
    const now = q.getQueryData(batchQuery(id).queryKey);
    if (!now?.taken_back) return;
    putAway(id);
    say(giveBack(id, me) ? "Taken back. Your words are where you wrote them." : "Taken back. Nothing was sent.");
  };
  if (!b) return null;
  return (
    <section className="trayone" aria-label={b.title}>
      <div className="row" style={{ gap: 8 }}>
        <span className="grow b5 cut" title={b.title}>{b.title}</span>
        {ended && <Btn small kind="quiet" tip="Put away" icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={() => putAway(id)} />}
      </div>
      {moving(b) && !waits && <progress value={reached(b)} max={goal(b)} aria-label={b.title} />}
      <p className="t12 m2" role={waits ? "timer" : "status"}>{waits ? <Leaves at={b.starts_at!} tickets={b.total} /> : <>{outcome(b)}{moving(b) && <Left of={b} />}</>}</p>
      <Asked batch={b} small />
      <div className="row wrap" style={{ gap: 8 }}>
        {waits && <Btn small busy={busy} keys="z" onClick={() => void takeBack()}>Undo</Btn>}
        {b.state === "running" && !waits && <Btn small busy={busy} onClick={() => void act("cancel")}>Stop</Btn>}
        {b.undo_until && <Btn small busy={busy} keys={fresh ? "z" : undefined} onClick={() => void act("undo")}>Undo</Btn>}
        {(b.failed > 0 || b.state === "undone" || (b.state === "cancelled" && !b.taken_back)) && <Link className="link t12" to={`/bulk/${id}` as "/tickets"}>{b.failed > 0 ? b.guards.length ? "Show which were left" : "Show which failed" : "Show which"}</Link>}
      </div>
    </section>
  );
}

/** What came of a batch, in a sentence. */
export function outcome(b: Batch): string {
  const held = Math.min(b.failed, b.guards.length === 1 ? b.guards[0].tickets : b.guards.length ? Math.max(...b.guards.map((g) => g.tickets)) : 0);
  const failed = b.failed === 0 ? "" : b.guards.length && held === b.failed ? phrase(`, ${number(b.failed)} left as they were`) : phrase(`, ${number(b.failed)} failed`);
  switch (b.state) {
    case "running": return `${number(reached(b))} of ${plural(b.total, "ticket")}${failed}`;
    case "undoing": return `${number(b.undone)} of ${plural(b.done, "ticket")} looked at`;
    case "undone": return b.left > 0 ? `${plural(b.undone - b.left, "ticket")} put back, ${number(b.left)} left: what somebody has changed since stays.` : `${plural(b.undone, "ticket")} put back`;
    case "cancelled": return b.taken_back ? "Taken back before it began. Nothing was sent." : `Stopped after ${number(b.done)} of ${number(b.total)}: ${done(b)}${failed}`;
    default: return `${done(b)}${failed}`;
  }
}

/** What was done to how many tickets. */
export function done(b: Batch): string {
  const n = plural(b.done, "ticket");
  switch (b.does) {
    case "delete": return phrase(`${n} deleted`);
    case "spam": return phrase(`${n} marked as spam`);
    case "restore": return phrase(`${n} restored`);
    case "merge": return phrase(`${n} merged`);
    default: return phrase(`${n} changed`);
  }
}

/** When the answers leave that can still be taken back. */
function Leaves({ at, tickets }: { at: string; tickets: number }) {
  useNow(500);
  const left = Math.max(0, Math.ceil((Date.parse(at) - now()) / 1000));
  return <>{left > 0 ? `Leaves in ${left} s: ${plural(tickets, "message")}` : "Leaving"}</>;
}

function Left({ of: b }: { of: Batch }) {
  const now = useNow(1000);
  const done = reached(b), passed = (now - Date.parse(b.created_at)) / 1000;
  if (b.state !== "running" || done < 20 || passed < 2) return null;
  const left = Math.ceil(((b.total - done) * passed) / done);
  return <>, {left < 60 ? `about ${left} s left` : `about ${Math.ceil(left / 60)} min left`}</>;
}
