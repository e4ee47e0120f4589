/** The reason of one thing on a ticket, in the column beside it. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { whyQuery } from "@/api/query";
import { Btn } from "@/ui/Btn";
import { Failure, Skel } from "@/ui/State";
import { titleOf, type WhyAt } from "./useWhy";
import { WhyBody } from "./WhyBody";
import "./why.css";

export const pathOf = (ticket: number, at: Exclude<WhyAt, { kind: "try" }>) =>
  at.kind === "event" ? `/events/${at.id}/why` : at.kind === "field" ? `/tickets/${ticket}/fields/${at.field}/why` : `/tickets/${ticket}/clocks/${at.metric}/why${at.id ? `?clock=${at.id}` : ""}`;

export function WhyPanel({ ticket, at, close }: { ticket: number; at: Exclude<WhyAt, { kind: "try" }>; close: () => void }) {
  const why = useQuery(whyQuery(pathOf(ticket, at)));
  const head = useRef<HTMLHeadingElement>(null);
  const w = why.data;
  const loaded = !!w;
  useEffect(() => { if (loaded) head.current?.focus({ preventScroll: true }); }, [loaded]);
  return (
    <section className="wp" aria-label="Why">
      <div className="row">
        <h2 ref={head} tabIndex={-1} className="b6 t14 grow" style={{ outline: "none" }}>{w?.title ?? titleOf(at) ?? (why.isError ? "Why" : <><span className="sr">Looking up why</span><Skel w={180} h={14} /></>)}</h2>
        <Btn small kind="quiet" onClick={close} aria-label="Esc, close the reason"><kbd>Esc</kbd></Btn>
      </div>
      {why.isPending && <><Skel w="92%" style={{ marginTop: 12 }} /><Skel w="70%" style={{ marginTop: 8 }} /><Skel w="100%" h={84} style={{ marginTop: 16 }} /></>}
      {why.isError && <Failure what="The reason" error={why.error} retry={() => why.refetch()} />}
      {w && <WhyBody why={w} />}
    </section>
  );
}
