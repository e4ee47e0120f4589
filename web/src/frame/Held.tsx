/** Changes of tickets that wait for the server: what they are, sent by themselves as soon as it is there, and what became of those that met somebody else's. */
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { api } from "@/api/client";
import { ticketQuery } from "@/api/query";
import type { ID, Ticket, TicketPatch } from "@/api/types";
import { phrase } from "@/language/phrase";
import { read as stored } from "@/lib/store";
import { plural, priorityWord, statusWord } from "@/lib/words";
import { heldKey, heldOf, sendHeld, settleHeld, type Held as One } from "@/record/held";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import type { Link as Live } from "./live";

/** How long until it is tried again, in milliseconds. */
const AGAIN = 5000;
const words: Partial<Record<keyof TicketPatch, string>> = { assignee_id: phrase("assignee"), team: phrase("team"), subject: phrase("subject"), tags: phrase("tags"), type: phrase("type"), form: phrase("form"), requester: phrase("requester"), attributes: phrase("fields"), task_due_at: phrase("task due") };
const what = (p: TicketPatch): string => [p.status && statusWord[p.status], p.priority && priorityWord[p.priority], ...(Object.keys(p) as (keyof TicketPatch)[]).map((k) => words[k])].filter(Boolean).join(", ");

export function Held({ list, link, person }: { list: One[]; link: Live; person: ID }) {
  const q = useQueryClient();
  const busy = useRef(false);
  const latest = useRef(list);
  latest.current = list;
  const read = (h: One) => { void q.invalidateQueries({ queryKey: ticketQuery(h.ticket).queryKey }); void q.invalidateQueries({ queryKey: ["timeline", h.ticket] }); for (const k of ["tickets", "views", "work"]) void q.invalidateQueries({ queryKey: [k] }); };
  const send = async (h: One) => {
    const is = await sendHeld(h);
    if (is === h) return;
    // Changed once more while it was under way: that is still to be sent, on what the ticket is now.
    const now = heldOf(stored(heldKey(person))).find((x) => x.ticket === h.ticket);
    const newer = now && JSON.stringify(now.wanted) !== JSON.stringify(h.wanted);
    const t = newer && !is ? await api.get<Ticket>(`/tickets/${h.ticket}`).catch(() => null) : null;
    settleHeld(person, h.ticket, newer ? { ...now, version: t?.version ?? now.version } : is);
    if (!is) say(`Ticket ${h.ticket}: your change was sent.`);
    read(h);
  };
  useEffect(() => {
    const all = async () => {
      if (busy.current) return;
      busy.current = true;
      try { for (const h of latest.current) if (h.state === "waiting") await send(h); } finally { busy.current = false; }
    };
    if (link !== "offline") void all();
    const timer = setInterval(() => void all(), AGAIN);
    addEventListener("online", all);
    return () => { clearInterval(timer); removeEventListener("online", all); };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [link, person]);
  const drop = (h: One) => { settleHeld(person, h.ticket, null); read(h); };
  return (
    <section className="held" aria-label="Changes that wait">
      <p className="b5" role="status">{plural(list.length, "change is not saved yet", "changes are not saved yet")}</p>
      <ul>{list.map((h) => (
        <li key={h.ticket}>
          <span className="grow"><Link className="link" to={`/tickets/${h.ticket}` as "/tickets"}>Ticket {h.ticket}</Link> <span dir="auto">{h.subject}</span>: {what(h.wanted)}
            {h.state === "conflict" && <b className="b6 danger"> Somebody changed this ticket meanwhile, so yours was not saved.</b>}
            {h.state === "refused" && <b className="b6 danger"> {h.why}</b>}
          </span>
          {h.state !== "waiting" && <Btn small onClick={() => void send(h)}>{h.state === "conflict" ? "Apply mine" : "Try again"}</Btn>}
          <Btn small kind="quiet" onClick={() => drop(h)}>{h.state === "conflict" ? "Keep theirs" : "Take back"}</Btn>
        </li>
      ))}</ul>
    </section>
  );
}
