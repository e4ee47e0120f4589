/** A time for a reply: a few that are usual, or any, in one's own time zone or the customer's. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { personQuery } from "@/api/query";
import type { Ticket } from "@/api/types";
import { phrase } from "@/language/phrase";
import { clockTime, fmt, now, timeZone, zoneName } from "@/lib/time";
import { Btn } from "@/ui/Btn";
import { atIn, localOf, usual } from "./later";

interface Props { ticket: Ticket; start?: { at: string; zone: string; ifChanged: "hold" | "send" }; verb: string; onPick: (at: string, zone: string, ifChanged: "hold" | "send") => void; onLeave: () => void }
export function SendLater({ ticket: t, start, verb, onPick, onLeave }: Props) {
  const person = useQuery(personQuery(t.requester.id));
  const mine = timeZone();
  const theirs = person.data?.time_zone ?? null;
  const [zone, setZone] = useState(start?.zone ?? mine);
  const [text, setText] = useState(start ? localOf(Date.parse(start.at), start.zone) : "");
  const [ifChanged, setIfChanged] = useState<"hold" | "send">(start?.ifChanged ?? "hold");
  const zones = [...new Set([mine, ...(theirs ? [theirs] : []), ...(start ? [start.zone] : [])])];
  const nameOf = (z: string) => (z === mine ? phrase(`my time (${z})`) : z === theirs ? `${t.requester.name.split(" ")[0]}'s time (${z})` : z);
  const chosen = text ? atIn(text, zone) : null;
  const past = chosen !== null && chosen <= now();
  const far = chosen !== null && chosen > now() + 366 * 86_400_000;
  const choose = (v: string) => { setText(v); };
  return (
    <div className="later" role="group" aria-label="When to send" onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); onLeave(); } }}>
      <div className="row wrap" style={{ gap: 6 }}>
        {usual(now(), zone).map((u) => <button key={u.words} type="button" className={`chipbtn${text === u.local ? " on" : ""}`} onClick={() => choose(u.local)}>{u.words} <span className="m3">{clockTime(u.at, zone)}</span></button>)}
      </div>
      <div className="row wrap" style={{ gap: 8 }}>
        <input type="datetime-local" className="daytime" value={text} aria-label="Day and time" autoFocus onChange={(e) => choose(e.currentTarget.value)} onKeyDown={(e) => { if (e.key === "Enter" && chosen && !past && !far) { e.preventDefault(); onPick(new Date(chosen).toISOString(), zone, ifChanged); } }} />
        <select className="daytime" value={zone} aria-label="Time zone" onChange={(e) => setZone(e.currentTarget.value)}>{zones.map((z) => <option key={z} value={z}>{nameOf(z)}</option>)}</select>
      </div>
      {chosen !== null && !past && zones.length > 1 && <p className="t12 m2">{zones.filter((z) => z !== zone).map((z) => `${fmt(chosen, { weekday: "short", day: "numeric", month: "short" }, z)}, ${clockTime(chosen, z)} ${zoneName(chosen, z)} in ${nameOf(z)}`).join("; ")}</p>}
      {past && <p className="t12 danger" role="alert">This is past. Choose a later time, or send it now.</p>}
      {far && <p className="t12 danger" role="alert">This is more than a year ahead.</p>}
      <label className="row t12" style={{ gap: 6 }}><input type="checkbox" checked={ifChanged === "hold"} onChange={(e) => setIfChanged(e.currentTarget.checked ? "hold" : "send")} />Hold it back when somebody writes before</label>
      <div className="row" style={{ gap: 6 }}>
        <Btn kind="pri" small disabled={chosen === null || past || far} onClick={() => chosen && onPick(new Date(chosen).toISOString(), zone, ifChanged)}>{verb}</Btn>
        <Btn small onClick={onLeave}>Cancel</Btn>
      </div>
    </div>
  );
}
