/** The side conversations of a ticket, among its properties: which go on, which have an answer, and a way to begin one. */
import { IconMessage2Share, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { Ticket } from "@/api/types";
import { Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { sidesQuery, withWhom } from "./query";
import "./aside.css";

export function SideBlock({ ticket: t, open }: { ticket: Ticket; open: (at: string) => void }) {
  const all = useQuery(sidesQuery(t.id));
  const list = all.data ?? [];
  return (
    <section className="asides" aria-label="Side conversations">
      <div className="row"><h2 className="t12 b6 m2 grow">Side conversations</h2><button type="button" className="link t12 row" style={{ gap: 4 }} onClick={() => open("new")}><IconPlus size={14} stroke={1.75} aria-hidden />Begin one</button></div>
      {all.isPending ? <Skel w="70%" style={{ margin: "8px 0" }} />
      : all.isError && !all.data ? <Failure what="The side conversations" error={all.error} retry={() => all.refetch()} />
      : list.length === 0 ? <p className="t12 m3">Ask somebody else; the requester does not see it.</p>
      : <ul>{list.map((s) => (
          <li key={s.id}><button type="button" className={s.state === "closed" ? "one m3" : "one"} onClick={() => open(String(s.id))}>
            <IconMessage2Share size={16} stroke={1.75} aria-hidden className={s.answered ? "accent" : "m3"} />
            <span className="grow" style={{ minWidth: 0 }}><span className={`cut ${s.answered ? "b6" : ""}`} style={{ display: "block" }} dir="auto">{s.subject}</span><span className="cut t12 m3" style={{ display: "block" }}>{s.answered ? "Answered" : s.state === "closed" ? "Closed" : "Waits"}, with {withWhom(s)}</span></span>
            <When at={s.updated_at} className="t12 m3 nw" />
          </button></li>))}</ul>}
    </section>
  );
}
