/** Requests for attention: the open ones by when they are due, seen to and closed from here. */
import { IconBellRinging, IconMoodCheck } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { sentenceOf } from "@/api/error";
import { placesQuery } from "@/api/query";
import type { Attention } from "@/api/types";
import { useCommands } from "@/app/commands";
import { useMe } from "@/app/session";
import { dueLabel, exact } from "@/lib/time";
import { useNow } from "@/lib/useNow";
import { countText } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { More } from "@/ui/More";
import { fail, say } from "@/ui/notify";
import { Empty, Failure, Skel } from "@/ui/State";
import { attentionQuery, type Whose } from "./queries";
import { urgencyWords } from "./words";
import "./queue.css";

const parts: [Whose, string][] = [["me", "For you"], ["teams", "Your teams"], ["all", "All"], ["asked", "Asked by you"]];
const nothing: Record<Whose, [string, string]> = {
  me: ["Nobody asks for your attention", "A colleague who needs you to look at a ticket soon asks on the ticket; it appears here by when it is due."],
  teams: ["Nothing is asked of your teams", "Requests on tickets of your teams appear here by when they are due."],
  all: ["No request is open", "A colleague asks for attention on a ticket, under More; it appears here by when it is due."],
  asked: ["You ask for nothing", "Ask for attention on a ticket, under More. You see here whether somebody sees to it."],
};

export function AttentionPage() {
  const me = useMe();
  const go = useNavigate();
  const q = useQueryClient();
  const whose = ((useSearch({ strict: false }) as Record<string, string | undefined>).for ?? "me") as Whose;
  const query = useInfiniteQuery(attentionQuery(whose));
  const places = useQuery(placesQuery).data;
  const at = useNow();
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const [cursor, setCursor] = useState<number | null>(null);
  const [closing, setClosing] = useState<number | null>(null);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => { document.title = "Attention, Steward"; }, []);
  const now = rows.find((r) => r.id === cursor) ?? null;
  const move = (by: number) => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, (now ? rows.indexOf(now) : -1) + by))];
    if (!next) return;
    setCursor(next.id);
    list.current?.querySelector(`[data-row="${next.id}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const fresh = (id: number) => { for (const k of [["attention"], ["places"], ["work"], ["ticket", id], ["timeline", id]]) void q.invalidateQueries({ queryKey: k }); };
  const take = (a: Attention): Promise<void> => api.post(`/attention/${a.id}/take`, {}).then(() => { fresh(a.ticket_id); say(`You see to ticket ${a.ticket_id}.`); }, (e) => fail("It could not be taken", e, () => void take(a)));
  const edits = me.can.includes("ticket.edit");
  const takes = (a: Attention) => edits && a.taken_by?.id !== me.person.id;
  const closes = (a: Attention) => edits || a.asked_by?.id === me.person.id;
  useCommands([
    { id: "next", title: "Next request", section: "list", keys: "j", run: () => move(1), hidden: true },
    { id: "prev", title: "Previous request", section: "list", keys: "k", run: () => move(-1), hidden: true },
    { id: "open", title: "Open the ticket", section: "list", keys: "enter, o", run: () => now && void go({ to: `/tickets/${now.ticket_id}` as "/tickets" }), hidden: true },
    { id: "take", title: "See to the request", section: "list", keys: "t", run: () => now && takes(now) && void take(now), hidden: !now },
    { id: "close", title: "Close the request", section: "list", keys: "x", run: () => now && closes(now) && setClosing(now.id), hidden: !now },
  ]);
  const count: Partial<Record<Whose, string>> = { me: countText(places?.attention_mine ?? null), all: countText(places?.attention ?? null) };
  return (
    <main className="pane page queue" aria-label="Attention">
      <nav className="tabs" aria-label="Whose requests">
        <h1 className="t20 b6">Attention</h1>
        {parts.map(([k, w]) => <button key={k} type="button" className={k === whose ? "on" : ""} aria-current={k === whose ? "page" : undefined} onClick={() => { setCursor(null); void go({ to: "." as never, search: { for: k } as never }); }}>{w} {count[k] && <span className="m3">{count[k]}</span>}</button>)}
      </nav>
      <div className="scroll">
        {query.isPending && <div aria-busy="true" aria-label="Loading the requests">{Array.from({ length: 5 }, (_, i) => <div key={i} className="arow" aria-hidden="true"><Skel w={72} /><Skel w="60%" /><Skel w={64} /></div>)}</div>}
        {query.isError && !query.data && <Failure what="The requests" error={query.error} retry={() => query.refetch()} />}
        {query.isSuccess && rows.length === 0 && <Empty icon={whose === "asked" ? <IconBellRinging size={20} stroke={1.75} aria-hidden /> : <IconMoodCheck size={20} stroke={1.75} aria-hidden />} title={nothing[whose][0]} action={whose === "all" ? undefined : <Btn onClick={() => go({ to: "." as never, search: { for: "all" } as never })}>Show all</Btn>}>{nothing[whose][1]}</Empty>}
        <ol className="qrows" ref={list} aria-label="Open requests, the earliest due first">
          {rows.map((a) => {
            const due = dueLabel({ at: a.due_at, breached: a.overdue, paused: false }, at);
            return (
              <li key={a.id} data-row={a.id} className={a.id === cursor ? "at" : ""} onMouseDown={() => setCursor(a.id)}>
                <div className="arow">
                  <span className={`due${due.tone === "ink" ? "" : ` ${due.tone} b5`}`}><time dateTime={a.due_at} title={`Due ${exact(a.due_at)}`}>{due.text}</time><span className="sub">{urgencyWords[a.urgency]}</span></span>
                  <span className="what"><Link className="b5 cut" to={`/tickets/${a.ticket_id}` as "/tickets"} dir="auto">{a.subject || `Ticket ${a.ticket_id}`}</Link><span className="m2 ask" dir="auto">{a.asked_by?.name ?? "Somebody"}: {a.reason}</span>
                    {a.taken_by && <span className="sub">{a.taken_by.id === me.person.id ? "You see to it" : `${a.taken_by.name} sees to it`}</span>}</span>
                  <span className="acts">{takes(a) && <Btn small onClick={() => void take(a)}>{a.taken_by ? "Take over" : "See to it"}</Btn>}{closes(a) && <Btn small kind={takes(a) ? "quiet" : "plain"} aria-expanded={closing === a.id} onClick={() => setClosing(closing === a.id ? null : a.id)}>Close</Btn>}</span>
                  {closing === a.id && <Close a={a} leave={() => setClosing(null)} done={() => { setClosing(null); move(1); fresh(a.ticket_id); say(`The request on ticket ${a.ticket_id} is closed.`); }} />}
                </div>
              </li>
            );
          })}
        </ol>
        <More query={query} />
      </div>
    </main>
  );
}

/** What came of it: a request is closed with a reason. */
function Close({ a, leave, done }: { a: Attention; leave: () => void; done: () => void }) {
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setWrong("");
    void api.post(`/attention/${a.id}/close`, { reason: text }).then(done, (x) => setWrong(sentenceOf(x))).finally(() => setBusy(false));
  };
  return (
    <form className="closing" onSubmit={submit} onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); leave(); } else if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) submit(e); }}>
      <textarea aria-label="What came of it" placeholder="What came of it" value={text} autoFocus rows={2} onChange={(e) => setText(e.currentTarget.value)} />
      {wrong && <p className="danger t12" role="alert">{wrong}</p>}
      <div className="row" style={{ gap: 8 }}><Btn type="submit" kind="pri" small busy={busy}>Close the request</Btn><Btn small kind="quiet" onClick={leave}>Leave it open</Btn></div>
    </form>
  );
}
