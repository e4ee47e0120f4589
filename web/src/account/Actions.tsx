/** What is to be done about an account: open calls to action, put off or closed in place. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { phrase } from "@/language/phrase";
import { exact } from "@/lib/time";
import { More } from "@/ui/More";
import { Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { AddCall } from "./AddCall";
import { ChangeCall } from "./ChangeCall";
import { Export } from "./Export";
import { callsQuery, typeWord, type Call } from "./data";

export function Actions({ id, may }: { id: number; may: boolean }) {
  const query = useInfiniteQuery(callsQuery({ account: id }));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <section className="card" aria-label="Open actions">
      <header><h2 className="h3 grow">Open actions</h2><span className="t12 m3">{rows.length || ""}</span><Export table="calls" ask={{ account: id, state: "open" }} tip="Export the open actions" />{may && <AddCall id={id} />}</header>
      {query.isPending ? <div className="in"><Skel w="70%" /></div> : rows.length === 0 ? <p className="in m3">Nothing is to be done.</p> : <ul>{rows.map((c) => <One key={c.id} c={c} may={may} />)}</ul>}
      <More query={query} />
    </section>
  );
}

function One({ c, may }: { c: Call; may: boolean }) {
  const late = c.due && Date.parse(c.due) < Date.now();
  const words = [typeWord[c.type], c.reason, c.owner?.name ?? "nobody's", c.state === "working" && phrase("being worked on"), c.state === "snoozed" && phrase(`put off: ${c.snooze_reason}`)].filter(Boolean).join(", ");
  return (
    <li className="in" style={{ borderTop: "1px solid var(--line)" }}>
      <div className="row" style={{ gap: 8 }}>
        <span className="grow" style={{ minWidth: 0 }}><span className="b5 break" style={{ display: "block" }}>{c.title}{c.priority === "high" && <span className="tag danger" style={{ marginInlineStart: 6 }}>High</span>}{c.priority === "low" && <span className="tag" style={{ marginInlineStart: 6 }}>Low</span>}</span><span className="t12 m3 break">{words}</span></span>
        {c.state === "snoozed" && c.snoozed_until ? <span className="t12 m2 nw" title={exact(c.snoozed_until)}>until <When at={c.snoozed_until} /></span> : c.due && <span className={`t12 ${late ? "danger" : "m2"}`} title={exact(c.due)}><When at={c.due} /></span>}
      </div>
      {may && <ChangeCall c={c} />}
    </li>
  );
}
