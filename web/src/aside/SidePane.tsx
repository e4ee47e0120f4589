/** One side conversation beside the ticket, or a new one. Nothing of it reaches the requester. */
import { IconAlertTriangle, IconArrowBackUp, IconArrowLeft, IconCheck, IconDots, IconEyeOff, IconFileText, IconX } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import type { Ticket, TimelineEntry } from "@/api/types";
import { useNow } from "@/lib/useNow";
import { ms } from "@/lib/time";
import { bytes, plural } from "@/lib/words";
import { DeliveryLine } from "@/timeline/DeliveryLine";
import { Html } from "@/timeline/Html";
import { Avatar } from "@/ui/Avatar";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import type { WhyState } from "@/why/useWhy";
import { sideQuery, sidesPath, withWhom, type SideFull, type SideMessage } from "./query";
import { Write } from "./Write";
import "./aside.css";

interface Props { ticket: Ticket; at: string; timeline: TimelineEntry[]; why: WhyState; open: (at: string) => void; close: () => void }

export function SidePane(p: Props) {
  const box = useRef<HTMLElement>(null);
  const fresh = p.at === "new";
  useEffect(() => { box.current?.scrollIntoView({ block: "nearest" }); }, [p.at]);
  return (
    <section ref={box} className="apane" aria-label={fresh ? "New side conversation" : "Side conversation"} onKeyDown={(e) => { if (e.key === "Escape" && !e.defaultPrevented) { e.stopPropagation(); p.close(); } }}>
      {fresh ? <>
        <header className="row"><h2 className="b6 grow">New side conversation</h2><Btn small kind="quiet" tip="Close" icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={p.close} /></header>
        <Unseen />
        <Write key="new" ticket={p.ticket} side={null} timeline={p.timeline} opened={(s) => p.open(String(s))} />
      </> : <One key={p.at} {...p} id={Number(p.at)} />}
    </section>
  );
}

const Unseen = () => <p className="unseen t12"><IconEyeOff size={14} stroke={1.75} aria-hidden />The requester does not see this. Answers come back here.</p>;

function One({ ticket, id, timeline, why, open, close }: Props & { id: number }) {
  const q = useQueryClient();
  const side = useQuery(sideQuery(ticket.id, id));
  const [earlier, setEarlier] = useState<SideMessage[]>([]);
  const [cursor, setCursor] = useState<number | null | undefined>(undefined);
  const [written, setWritten] = useState(0);
  const s = side.data;
  const count = s?.messages ?? 0;
  useEffect(() => {
    if (!count) return;
    void api.post(`${sidesPath(ticket.id)}/${id}/read`, {}).then(() => { void q.invalidateQueries({ queryKey: ["work"] }); }, () => undefined); // it stays on the list then
  }, [ticket.id, id, count, q]);
  async function turn(state: "open" | "closed") {
    try {
      q.setQueryData(sideQuery(ticket.id, id).queryKey, await api.patch<SideFull>(`${sidesPath(ticket.id)}/${id}`, { state }));
      void q.invalidateQueries({ queryKey: ["sides", ticket.id] });
      if (state === "closed") say("Closed. It opens again when somebody answers.", () => turn("open"));
    } catch (e) {
      fail("Nothing was changed", e);
    }
  }
  async function more() {
    try {
      const page = await api.get<SideFull>(`${sidesPath(ticket.id)}/${id}`, { cursor: cursor === undefined ? s?.next : cursor });
      setEarlier((was) => [...page.items, ...was]);
      setCursor(page.next);
    } catch (e) {
      fail("The earlier messages were not read", e);
    }
  }
  async function takeBack(m: SideMessage) {
    try {
      await api.post(`${sidesPath(ticket.id)}/${id}/messages/${m.id}/undo`, {});
      say("Taken back. Your words are below.");
      await q.invalidateQueries({ queryKey: ["sides", ticket.id] });
      void q.invalidateQueries({ queryKey: ["ticket", ticket.id] });
      if (count === 1) open("new");
      else { q.removeQueries({ queryKey: ["side-draft", ticket.id, id] }); setWritten((n) => n + 1); }
    } catch (e) {
      fail("It was not taken back", e);
    }
  }
  if (side.isError && !s) return <><header className="row"><span className="grow" /><Btn small kind="quiet" tip="Close" icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={close} /></header><Failure what="This side conversation" error={side.error} retry={() => side.refetch()} /></>;
  if (!s) return <><Skel w="60%" h={16} /><Skel w="80%" style={{ marginTop: 12 }} /><Skel w="50%" style={{ marginTop: 8 }} /></>;
  const next = cursor === undefined ? s.next : cursor;
  return (
    <>
      <header className="row">
        <Btn small kind="quiet" tip="All side conversations" icon={<IconArrowLeft size={16} stroke={1.75} aria-hidden />} onClick={close} />
        <div className="grow" style={{ minWidth: 0 }}><h2 className="b6 cut" dir="auto" title={s.subject}>{s.subject}</h2><p className="t12 m3 cut">{s.state === "closed" ? "Closed" : s.answered ? "Answered" : "Waits for an answer"}, with {withWhom(s)}</p></div>
        {s.state === "open" ? <Btn small icon={<IconCheck size={14} stroke={1.75} aria-hidden />} onClick={() => void turn("closed")}>Close</Btn> : <Btn small icon={<IconArrowBackUp size={14} stroke={1.75} aria-hidden />} onClick={() => void turn("open")}>Open again</Btn>}
      </header>
      <Unseen />
      {next && <button type="button" className="middle" onClick={() => void more()}>Show earlier messages</button>}
      <div className="said" role="log" aria-label={`Side conversation, ${plural(s.messages, "message")}`}>
        {[...earlier, ...s.items].map((m) => <Said key={m.id} m={m} why={why} takeBack={() => void takeBack(m)} />)}
      </div>
      <Write key={written} ticket={ticket} side={s} timeline={timeline} opened={() => undefined} />
    </>
  );
}

function Said({ m, why, takeBack }: { m: SideMessage; why: WhyState; takeBack: () => void }) {
  const [older, setOlder] = useState(false);
  const now = useNow(1000);
  const files = m.attachments.filter((a) => !a.inline);
  const undo = m.undo_until && ms(m.undo_until) > now;
  return (
    <article className="msg" aria-label={`Message by ${m.author.name}`}>
      <Avatar id={m.author.id} name={m.author.name} />
      <div className="grow">
        <div className="who">
          <span className="b6 cut" dir="auto">{m.author.name}</span>
          {m.outsider && <span className="tag attention" title="The mail was passed on to them.">Had not been written to</span>}
          {m.automatic && <span className="tag">Automatic answer</span>}
          <span className="t12 m3 nw"><button type="button" className="why" onClick={() => why.open({ kind: "event", id: m.event_id })}><When at={m.at} as="stamp" /></button></span>
        </div>
        {m.warning && <p className="deliv attention"><IconAlertTriangle size={14} stroke={1.75} aria-hidden /><span>{m.warning}</span></p>}
        <div className="txt">{m.html ? <Html html={m.html} remote={false} /> : <p dir="auto" style={{ whiteSpace: "pre-wrap" }}>{m.text}</p>}</div>
        {m.quoted_html && <><button type="button" className="mini" aria-expanded={older} onClick={() => setOlder(!older)}><IconDots size={14} stroke={1.75} aria-hidden />{older ? "Hide earlier messages" : "Show earlier messages"}</button>{older && <div className="quoted"><Html html={m.quoted_html} remote={false} /></div>}</>}
        {files.length > 0 && <div className="row wrap" style={{ gap: 6, marginTop: 8 }}>{files.map((f) => <a key={f.id} className="att" href={`/api/v1/files/${f.id}`} download={f.filename} title={`${f.filename}, ${bytes(f.size)}`}><IconFileText size={16} stroke={1.75} aria-hidden /><span className="cut">{f.filename}</span><span className="m3 nw">{bytes(f.size)}</span></a>)}</div>}
        {undo ? <p className="deliv m3">Leaves in a moment. <button type="button" className="link b5" onClick={takeBack}>Take it back</button></p> : m.deliveries.map((d, i) => <DeliveryLine key={i} delivery={d} />)}
      </div>
    </article>
  );
}
