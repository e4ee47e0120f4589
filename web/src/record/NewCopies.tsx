/** Who is copied on a new ticket: people by name, or addresses that are new here. */
import { useState } from "react";
import { IconPlus, IconX } from "@tabler/icons-react";
import type { PersonInput } from "@/api/types";
import { FindPerson } from "./FindPerson";

export interface NewCopy extends PersonInput { shown: string }
interface Props { copies: NewCopy[]; onChange: (c: NewCopy[]) => void; requester: string; requesterId?: number; error: string | null }

/** A ticket has room for so many; the server says the same. */
const MOST = 48;

export function NewCopies({ copies, onChange, requester, requesterId, error }: Props) {
  const [adding, setAdding] = useState(false);
  const [said, setSaid] = useState("");
  const add = (p: PersonInput, shown: string) => {
    setSaid("");
    if (copies.some((c) => (p.id && c.id === p.id) || (p.email && c.email === p.email))) return setSaid(`${shown} is copied already.`);
    if ((p.id && p.id === requesterId) || (p.email && p.email === requester.trim().toLowerCase())) return setSaid("The requester gets every reply anyway.");
    if (copies.length === MOST) return setSaid(`A ticket can have ${MOST} copies.`);
    onChange([...copies, { ...p, shown }]);
  };
  return (
    <div>
      <p className="mantine-InputWrapper-label b5" id="copies-label" style={{ fontSize: 12 }}>Copies</p>
      <div className="ncopies" role="group" aria-labelledby="copies-label">
        {copies.map((c) => (
          <span key={c.id ?? c.email} className="tag"><span className="cut" dir="auto">{c.shown}</span>
            <button type="button" aria-label={`Do not copy ${c.shown}`} onClick={() => { setSaid(""); onChange(copies.filter((x) => x !== c)); }}><IconX size={12} stroke={2} aria-hidden /></button></span>
        ))}
        {adding ? <span className="nfind"><FindPerson key={copies.length} label="Copy somebody on the new ticket" without={[...copies.flatMap((c) => (c.id ? [c.id] : [])), ...(requesterId ? [requesterId] : [])]} onLeave={() => setAdding(false)} onPick={add} /></span>
          : <button type="button" className="link t12 row" style={{ gap: 4 }} onMouseDown={(e) => { e.preventDefault(); setAdding(true); }} onClick={() => setAdding(true)}><IconPlus size={14} stroke={1.75} aria-hidden />Copy somebody</button>}
      </div>
      {(said || error) && <p className="t12 danger" role="alert" style={{ marginTop: 4 }}>{said || error}</p>}
    </div>
  );
}
