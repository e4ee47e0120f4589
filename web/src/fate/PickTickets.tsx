/** Finds tickets: those of the same requester first, others by number or words. */
import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { searchQuery, ticketQuery, ticketsQuery, type TicketFilter } from "@/api/query";
import type { Ticket } from "@/api/types";
import { statusWord } from "@/lib/words";
import { Skel } from "@/ui/State";
import { StatusIcon } from "@/ui/Tag";

export interface Found { id: number; title: string; detail: string }
interface Props { ticket: Ticket; label: string; many: boolean; chosen: Found[]; choose: (f: Found[]) => void; type?: "problem" }

export function PickTickets({ ticket: t, label, many, chosen, choose, type }: Props) {
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 200);
  const number = /^#?(\d+)$/.exec(q)?.[1];
  const near: TicketFilter = type ? { type, status: "new,open,pending,hold,solved", sort: "updated" } : { requester: String(t.requester.id), status: "new,open,pending,hold,solved", sort: "updated" };
  const own = useInfiniteQuery({ ...ticketsQuery(near), enabled: q === "" });
  const one = useQuery({ ...ticketQuery(Number(number)), enabled: !!number && Number(number) !== t.id, retry: false });
  const found = useQuery({ ...searchQuery(`${q} kind:ticket`), enabled: q.length > 1 && !number });
  const pending = q === "" ? own.isPending : number ? one.isLoading : found.isLoading;
  const list: (Found & { icon?: React.ReactNode })[] =
    q === "" ? (own.data?.pages[0]?.items ?? []).map((r) => ({ id: r.id, title: r.subject, detail: `${statusWord[r.status]}, ${r.requester.name}`, icon: <StatusIcon status={r.status} /> }))
    : number ? (one.data ? [{ id: one.data.id, title: one.data.subject, detail: `${statusWord[one.data.status]}, ${one.data.requester.name}`, icon: <StatusIcon status={one.data.status} /> }] : [])
    : (found.data?.groups.find((g) => g.kind === "ticket")?.items ?? []).map((h) => ({ id: h.id, title: h.title, detail: h.detail.replace(" · ", ", ") }));
  const shown = [...chosen.filter((c) => !list.some((x) => x.id === c.id)), ...list.filter((x) => x.id !== t.id)];
  const has = (id: number) => chosen.some((c) => c.id === id);
  const pick = (f: Found) => choose(has(f.id) ? chosen.filter((c) => c.id !== f.id) : many ? [...chosen, f] : [f]);
  return (
    <div>
      <TextInput label={label} placeholder="Number or words" value={text} onChange={(e) => setText(e.currentTarget.value)} data-autofocus autoFocus />
      <p className="sub" style={{ margin: "6px 0 2px" }}>{q !== "" ? " " : type ? "Problems, the latest first" : `Other tickets of ${t.requester.name}`}</p>
      {pending ? <><Skel w="80%" /><Skel w="60%" style={{ marginTop: 8 }} /></>
      : shown.length === 0 ? <p className="m3 t12">{q !== "" ? "No ticket was found." : type ? "There is no problem yet. Set the type of a ticket to Problem first." : "They have no other ticket that is not closed. Type a number or words to find another."}</p>
      : <ul className="choose" aria-label={label}>{shown.map((f) => (
        <li key={f.id}><label className="one"><input type={many ? "checkbox" : "radio"} name="pick-ticket" checked={has(f.id)} onChange={() => pick(f)} />
          <span className="grow" style={{ minWidth: 0 }}><span className="cut" style={{ display: "block" }} dir="auto">{f.title}</span><span className="sub">#{f.id}, {f.detail}</span></span></label></li>
      ))}</ul>}
    </div>
  );
}
