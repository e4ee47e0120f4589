/** The queue: what waits, heaviest first, each with why it weighs what it does; hand-overs for the person's region above. */
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { IconChevronDown, IconChevronRight, IconPlayerTrackNext, IconStack2 } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import type { Handover, NextTicket } from "@/api/types";
import { useCommands } from "@/app/commands";
import { exact } from "@/lib/time";
import { countText, decimal, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Empty, Failure, Skel } from "@/ui/State";
import { fail } from "@/ui/notify";
import { When } from "@/ui/When";
import { AttentionTab } from "./AttentionTab";
import { PresenceChoice } from "./PresenceChoice";
import { handoversQuery, queueQuery, queuesQuery } from "./queries";
import { useNext } from "./useNext";
import { WeightOf } from "./WeightView";
import { handoverWords } from "./words";
import "./queue.css";

export function QueuePage() {
  const go = useNavigate();
  const wanted = (useSearch({ strict: false }) as Record<string, string | undefined>).queue;
  const queues = useQuery(queuesQuery);
  const queue = queues.data?.find((x) => x.queue.name === wanted) ?? queues.data?.[0];
  const [answer, setAnswer] = useState<NextTicket | null>(null);
  const next = useNext(setAnswer);
  useEffect(() => { document.title = "Queue, Steward"; }, []);
  useCommands([{ id: "take-next", title: "Take the next ticket", section: "list", keys: "q", run: () => !next.isPending && next.mutate(undefined) }], !!queue);
  return (
    <main className="pane page queue" aria-label="Queue">
      <nav className="tabs" aria-label="Queues">
        <h1 className="t20 b6">Queue</h1>
        {(queues.data ?? []).map((x) => <button key={x.queue.name} type="button" className={x === queue ? "on" : ""} aria-current={x === queue ? "page" : undefined} onClick={() => go({ to: "." as never, search: { queue: x.queue.name } as never })}>{x.queue.title} <span className="m3">{countText(x.count)}</span></button>)}
        <AttentionTab />
        <Link to={"/queue/reports" as "/tickets"}>Reports</Link>
        <span className="grow" />
        {queue && <Btn kind="pri" small className="wide" icon={<IconPlayerTrackNext size={16} stroke={1.75} aria-hidden />} keys="q" tip="Take the heaviest ticket that is for you" busy={next.isPending} onClick={() => next.mutate(undefined)}>Next ticket</Btn>}
      </nav>
      <div className="scroll">
        {queues.isError && !queues.data && <Failure what="The queue" error={queues.error} retry={() => queues.refetch()} />}
        {queues.isPending && <QueueSkeleton />}
        {queues.isSuccess && !queue && <Empty icon={<IconStack2 size={20} stroke={1.75} aria-hidden />} title="There is no queue yet" action={<Link className="btn" to={"/configuration" as "/tickets"}>Open configuration</Link>}>A routing blueprint makes one: it says what a waiting ticket weighs and who takes it.</Empty>}
        {queue && (
          <section className="block row wrap" aria-label="You and the queue" style={{ gap: 16 }}>
            <PresenceChoice />
            <span className="grow" />
            {!queue.ready && <span className="tag info">Weighing what waits anew</span>}
            {queue.assign === "round_robin" && <span className="tag">Round robin{queue.ran_at && <>, last <When at={queue.ran_at} /></>}</span>}
            <span className="m2">You carry <b className="b6">{queue.load}</b>{queue.cap > 0 && ` of ${queue.cap}`}</span>
          </section>
        )}
        {answer && !answer.ticket && <p className="block m2" role="status">{answer.say}</p>}
        {queue && <Handovers />}
        {queue && <Rows name={queue.queue.name} />}
      </div>
      {queue && <div className="thumb"><Btn kind="pri" icon={<IconPlayerTrackNext size={16} stroke={1.75} aria-hidden />} busy={next.isPending} onClick={() => next.mutate(undefined)}>Next ticket</Btn></div>}
    </main>
  );
}

function Rows({ name }: { name: string }) {
  const query = useInfiniteQuery(queueQuery(name));
  const [open, setOpen] = useState<number | null>(null);
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  if (query.isPending) return <QueueSkeleton />;
  if (query.isError && !query.data) return <Failure what="The queue" error={query.error} retry={() => query.refetch()} />;
  if (rows.length === 0) return <Empty icon={<IconStack2 size={20} stroke={1.75} aria-hidden />} title="Nothing waits">Every ticket of this queue has somebody. New ones appear here by weight.</Empty>;
  return (
    <section aria-label="Waiting, heaviest first">
      <ol className="qrows">
        {rows.map((r) => {
          const on = open === r.ticket.id, weight = decimal(r.weight, 1).replace("-", "−");
          return (
            <li key={r.ticket.id} className={r.for_you ? "" : "not"}>
              <div className="qrow">
                <button type="button" className="w num" aria-expanded={on} aria-label={`Weight ${weight}, explain`} onClick={() => setOpen(on ? null : r.ticket.id)}>{on ? <IconChevronDown size={16} stroke={1.75} aria-hidden /> : <IconChevronRight size={16} stroke={1.75} aria-hidden />}<span className="why">{weight}</span></button>
                <span className="what"><Link className="b5 cut" to={`/tickets/${r.ticket.id}` as "/tickets"}>{r.ticket.subject}</Link><span className="sub cut">{r.ticket.organization?.name ?? r.ticket.requester.name}</span></span>
                <span className="qmarks">
                  {r.ticket.priority === "urgent" && <span className="tag danger">Urgent</span>}{r.ticket.priority === "high" && <span className="tag attention">High</span>}
                  {r.region && <span className="tag info">{r.region.title}</span>}{r.needs.map((n) => <span key={n.skill} className="tag" title={n.until ? `Needed until ${exact(n.until)}` : undefined}>{n.skill}</span>)}
                </span>
                <span className="sub mine cut" title={r.why}>{r.for_you ? "" : r.why}</span>
              </div>
              {on && <div className="qwhy"><WeightOf id={r.ticket.id} /></div>}
            </li>
          );
        })}
      </ol>
      {query.hasNextPage && <div style={{ padding: "12px 24px" }}><Btn small busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>Show more</Btn></div>}
    </section>
  );
}

/** Tickets other regions handed to the person's: open around the beginning of the day, one line else. */
function Handovers() {
  const q = useQueryClient();
  const list = useQuery(handoversQuery(""));
  const [open, setOpen] = useState<boolean | null>(null);
  const d = list.data;
  if (!d?.region || d.items.length === 0) return null;
  const shown = open ?? d.now;
  const take = (h: Handover): Promise<void> => api.post(`/handovers/${h.id}/take`, {}).then(() => { for (const k of ["handovers", "queues", "tickets", "work"]) void q.invalidateQueries({ queryKey: [k] }); }, (e) => fail("It could not be taken", e, () => void take(h)));
  return (
    <section className="block hand" aria-label="Hand-overs">
      <button type="button" className="row" aria-expanded={shown} onClick={() => setOpen(!shown)}>{shown ? <IconChevronDown size={16} stroke={1.75} aria-hidden /> : <IconChevronRight size={16} stroke={1.75} aria-hidden />}<h2 className="h3">{d.now ? `${plural(d.items.length, "hand-over")} waiting for you` : `${plural(d.items.length, "hand-over")} for ${d.region.title}`}</h2></button>
      {shown && <ul>{d.items.map((h) => (
        <li key={h.id}>
          <div className="row wrap" style={{ gap: 8 }}><span className={`tag${h.kind === "hot_rehome" ? " danger" : ""}`}>{handoverWords[h.kind][0]}</span><Link className="b5 cut grow" to={`/tickets/${h.ticket_id}` as "/tickets"}>{h.subject}</Link><span className="sub">{h.by?.name ?? "Somebody"}{h.from && `, ${h.from.title}`} · <When at={h.created_at} /></span><Btn small onClick={() => take(h)}>{h.kind === "satellite" ? "See to it" : "Take"}</Btn></div>
          <p className="m2">{h.reason}</p><p><span className="m3">Next step:</span> {h.next_step}</p>
        </li>
      ))}</ul>}
    </section>
  );
}

const QueueSkeleton = () => <div aria-busy="true" aria-label="Loading the queue">{Array.from({ length: 8 }, (_, i) => <div key={i} className="qrow" aria-hidden="true"><Skel w={44} /><Skel w={`${40 + (i * 7) % 30}%`} /><Skel w={48} /></div>)}</div>;
