/** When a rule fired or a macro was used, on what, and where it was stopped. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { firingsQuery } from "@/api/query";
import type { RuleKind } from "@/api/configuration";
import { More } from "@/ui/More";
import { Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";

const heads: Record<RuleKind, string> = { trigger: "Fired", time_rule: "Fired", macro: "Used", guard: "Asked, or kept from a change" };

export function Firings({ kind, name }: { kind: RuleKind; name: string }) {
  const list = useInfiniteQuery(firingsQuery(kind, name));
  const items = list.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <section aria-label={heads[kind]} style={{ padding: "0 24px 20px" }}>
      <h2 className="h3" style={{ marginBottom: 4 }}>{heads[kind]}</h2>
      {list.isPending && <Skel w="60%" />}
      {list.isError && <Failure what="When it fired" error={list.error} retry={() => list.refetch()} />}
      {list.data && items.length === 0 && <p className="m3">Not in the last 90 days.</p>}
      {items.map((f) => (
        <p key={`${f.at} ${f.event_id}`} className="row" style={{ gap: 8 }}>
          <span className="m3 nw"><When at={f.at} as="stamp" /></span>
          {f.ticket_id ? <Link className="link nw" to={`/tickets/${f.ticket_id}` as "/tickets"} search={(f.event_id ? { why: `event:${f.event_id}` } : {}) as never}>Ticket {f.ticket_id}</Link> : <span className="m3 nw">A new ticket</span>}
          {f.stopped && <span className="attention cut" title={f.sentence}>{f.sentence}</span>}
        </p>
      ))}
      <More query={list} />
    </section>
  );
}
