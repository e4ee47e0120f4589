/** A burst of machine events as one line that opens, and a single act of a person as one line. */
import { IconBolt, IconPencil } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { memo, useState } from "react";
import type { EventEntry } from "@/api/types";
import { clockTime, ms, stamp } from "@/lib/time";
import { plural } from "@/lib/words";
import { When } from "@/ui/When";
import type { WhyState } from "@/why/useWhy";
import { gist, lowerFirst } from "./fold";

const isOpen = (why: WhyState, id: number) => why.at?.kind === "event" && why.at.id === id;
function Reason({ event, why, children }: { event: EventEntry; why: WhyState; children: React.ReactNode }) {
  if (!event.why) return <>{children}</>;
  const on = isOpen(why, event.id);
  return <button type="button" className={`why${on ? " on" : ""}`} aria-expanded={on} onClick={() => (on ? why.close() : why.open({ kind: "event", id: event.id }))}>{children}</button>;
}

export const Burst = memo(function Burst({ events, why }: { events: EventEntry[]; why: WhyState }) {
  const [open, setOpen] = useState(false);
  const first = events[0];
  const last = events[events.length - 1];
  const said = gist(events);
  const same = clockTime(ms(first.at)) === clockTime(ms(last.at)) && ms(last.at) - ms(first.at) < 120_000;
  if (events.length === 1)
    return <div className="fold" id={`event-${first.id}`}><IconBolt size={16} stroke={1.75} aria-hidden /><span><Reason event={first} why={why}>{first.sentence.replace(/\.$/, "")}</Reason>, <When at={first.at} as="stamp" /></span></div>;
  return (
    <div className="fold burst" id={`event-${first.id}`}>
      <IconBolt size={16} stroke={1.75} aria-hidden />
      <div className="grow">
        <span><button type="button" className="u" aria-expanded={open} onClick={() => setOpen(!open)}>{plural(events.length, "automatic change")}</button> {same ? "at" : "since"} {stamp(first.at)}
          {!open && <>: {said.slice(0, 5).map((g, i) => <span key={g.event.id}>{i > 0 && ", "}<Reason event={g.event} why={why}>{g.text}</Reason></span>)}{said.length > 5 && `, ${said.length - 5} more`}</>}
        </span>
        {open && <ul>{events.map((e) => <li key={e.id} id={e === first ? undefined : `event-${e.id}`}><When at={e.at} as="stamp" className="m3" /><span><Reason event={e} why={why}>{e.sentence}</Reason> <span className="m3">{e.actor.name}</span></span></li>)}</ul>}
      </div>
    </div>
  );
});

export const Act = memo(function Act({ event, why }: { event: EventEntry; why: WhyState }) {
  return <div className="fold" id={`event-${event.id}`}><IconPencil size={16} stroke={1.75} aria-hidden /><span>{!event.sentence.startsWith(event.actor.name) && <u>{event.actor.name}: </u>}<Reason event={event} why={why}>{event.sentence.startsWith(event.actor.name) ? event.sentence.replace(/\.$/, "") : lowerFirst(event.sentence.replace(/\.$/, ""))}</Reason>{event.said && <>: <span className="break" dir="auto">{event.said.replace(/\.$/, "")}</span></>}{event.side_conversation && <>, <Link className="link" to={"." as "/tickets"} search={((was: Record<string, string>) => ({ ...was, side: String(event.side_conversation) })) as never}>open it</Link></>}{event.tickets?.slice(0, 5).map((id) => <span key={id}>, <Link className="link" to={`/tickets/${id}` as "/tickets"}>ticket {id}</Link></span>)}, <When at={event.at} as="stamp" /></span></div>;
});
