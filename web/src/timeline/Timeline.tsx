/** The conversation: people's words in full, machines folded, old middle parts behind a button. */
import { IconChevronDown } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Ticket, TimelineEntry } from "@/api/types";
import { usePrinting } from "@/lib/usePrinting";
import { plural } from "@/lib/words";
import { Failure, Skel } from "@/ui/State";
import type { WhyState } from "@/why/useWhy";
import { Act, Burst } from "./Burst";
import { fold, type Block } from "./fold";
import { Message } from "./Message";
import { SurveyLine } from "./SurveyLine";
import "./timeline.css";

const FIRST = 1;
const LAST = 30;

export function Timeline({ ticket, query, why }: { ticket: Ticket; query: UseQueryResult<TimelineEntry[]>; why: WhyState }) {
  const blocks = useMemo(() => fold(query.data ?? [], query.data ? ticket.survey : null), [query.data, ticket.survey]);
  const [hidden, setHidden] = useState<number | null>(null);
  const cut = hidden ?? Math.max(0, blocks.length - FIRST - LAST);
  const printing = usePrinting();
  const middle = cut > 5 && !printing ? cut : 0;
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [below, setBelow] = useState(0);
  const count = blocks.length;
  const seen = useRef(0);

  useLayoutEffect(() => {
    const el = box.current;
    if (!el || count === 0) return;
    const first = seen.current === 0;
    if (first || atEnd.current) {
      el.scrollTop = el.scrollHeight;
      // Messages take their height after their shadow roots fill.
      requestAnimationFrame(() => { if (atEnd.current || first) el.scrollTop = el.scrollHeight; });
      setBelow(0);
    } else if (count > seen.current) setBelow((b) => b + count - seen.current);
    seen.current = count;
  }, [count]);
  // Printing showed the middle; whoever read the end finds it again.
  useEffect(() => { const el = box.current; if (el && !printing && atEnd.current) el.scrollTop = el.scrollHeight; }, [printing]);
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const on = () => {
      atEnd.current = el.scrollHeight - el.scrollTop - el.clientHeight < 40;
      if (atEnd.current) setBelow(0);
    };
    el.addEventListener("scroll", on, { passive: true });
    // The composer grows while one writes; who reads the end keeps reading it.
    const size = new ResizeObserver(() => { if (atEnd.current) el.scrollTop = el.scrollHeight; });
    size.observe(el);
    return () => {
      el.removeEventListener("scroll", on);
      size.disconnect();
    };
  }, []);

  const draw = (b: Block) =>
    b.kind === "message" ? <Message key={b.key} ticket={ticket.id} comment={b.comment} with={b.with} why={why} />
    : b.kind === "survey" ? <SurveyLine key={b.key} survey={b.survey} />
    : b.kind === "burst" ? <Burst key={b.key} events={b.events} why={why} />
    : <Act key={b.key} event={b.event} why={why} />;
  return (
    <div className="feedbox">
      <div className="scroll feed" ref={box} role="log" aria-label="Conversation" aria-live="polite" tabIndex={0}>
        {query.isPending && [64, 48, 72].map((w, i) => <div key={i} className="msg"><Skel w={24} h={24} style={{ borderRadius: 12 }} /><div><Skel w={140} style={{ marginTop: 6 }} /><Skel w={`${w}%`} h={14} style={{ marginTop: 12 }} /><Skel w={`${w - 10}%`} h={14} style={{ marginTop: 6 }} /></div></div>)}
        {query.isError && !query.data && <Failure what="The conversation" error={query.error} retry={() => query.refetch()} />}
        {query.isSuccess && count === 0 && <p className="m3 t12" style={{ padding: "24px 0", textAlign: "center" }}>Nothing has been said yet. Write the first message below.</p>}
        {blocks.slice(0, middle ? FIRST : undefined).map(draw)}
        {middle > 0 && <button type="button" className="middle" onClick={() => setHidden(Math.max(0, middle - 100))}>Show {plural(Math.min(100, middle), "earlier entry", "earlier entries")} of {middle}</button>}
        {middle > 0 && blocks.slice(FIRST + middle).map(draw)}
      </div>
      {below > 0 && <button type="button" className="below" onClick={() => box.current?.scrollTo({ top: box.current.scrollHeight })}><IconChevronDown size={16} stroke={1.75} aria-hidden />{below} new below</button>}
    </div>
  );
}
