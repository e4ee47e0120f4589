/** Several tickets that are one request: which of them goes on, and whether tickets of different customers meet all the same. */
import { Checkbox, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { isApiError, sentenceOf } from "@/api/error";
import type { BatchChange, ID, TicketRow } from "@/api/types";
import { number, plural, statusWord } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { StatusIcon, Warn } from "@/ui/Tag";
import { Wrong } from "@/ui/Wrong";
import { MOST_MERGED } from "./most";
import "./bulk.css";

interface Props { ids: ID[]; rows: TicketRow[]; run: (c: BatchChange) => Promise<unknown>; busy: boolean; close: () => void }
export function MergeMany({ ids, rows, run, busy, close }: Props) {
  const oldest = rows.reduce<TicketRow | null>((a, r) => (a === null || r.created_at < a.created_at ? r : a), null);
  const [into, setInto] = useState<ID | null>(oldest?.id ?? null);
  const [other, setOther] = useState("");
  const [along, setAlong] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const typed = /^#?(\d+)$/.exec(other.trim())?.[1];
  const winner = other.trim() ? Number(typed ?? 0) : into;
  const losers = ids.filter((id) => id !== winner).length;
  const differ = isApiError(error) && error.field("change.merge.confirm");
  async function submit(e: FormEvent) {
    e.preventDefault();
    if (!winner || losers === 0 || busy) return;
    setError(await run({ merge: { into: winner, people: along, ...(differ ? { confirm: true } : {}) } }));
  }
  return (
    <form className="bulkedit" onSubmit={submit} noValidate aria-label="Merge tickets" onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); close(); } }}>
      <h2 className="t14 b6">Merge {number(ids.length)} tickets into one</h2>
      <div>
        <p className="t12 m2" id="goes-on">Which ticket goes on</p>
        <ul className="choose" aria-labelledby="goes-on">{rows.map((r) => (
          <li key={r.id}><label className="one"><input type="radio" name="goes-on" checked={!other.trim() && into === r.id} onChange={() => { setInto(r.id); setOther(""); setError(null); }} />
            <span className="grow" style={{ minWidth: 0 }}><span className="row" style={{ gap: 6 }} title={statusWord[r.status]}><StatusIcon status={r.status} /><span className="cut" dir="auto">{r.subject}</span></span><span className="sub cut" style={{ display: "block" }}>#{r.id}, {r.requester.name}{r.organization && `, ${r.organization.name}`}</span></span></label></li>
        ))}</ul>
      </div>
      <TextInput size="xs" label="Or another, by its number" value={other} inputMode="numeric" onChange={(e) => { setOther(e.currentTarget.value); setError(null); }} error={other.trim() && !typed ? "The number of a ticket, such as 1204." : null} />
      <Checkbox size="xs" label="Copy their requesters on it, and let their followers follow" checked={along} onChange={(e) => { setAlong(e.currentTarget.checked); setError(null); }} />
      {differ ? <p className="banner attention" role="alert"><span className="attention"><Warn /></span><span className="grow break">{sentenceOf(error)}</span></p> : error !== null && <Wrong what="Nothing was merged." error={error} />}
      {winner ? <p className="sub" role="status">{losers === 1 ? `1 ticket closes and leads to ticket ${winner}.` : `${plural(losers, "ticket")} close and lead to ticket ${winner}.`} All of it can be undone for a day, each merge by itself too. Nobody outside is told.</p> : null}
      <div className="row ends"><Btn onClick={close}>Keep apart</Btn><Btn kind="pri" type="submit" busy={busy} disabled={!winner || losers === 0 || losers > MOST_MERGED}>{differ ? "Merge all the same" : "Merge"}</Btn></div>
    </form>
  );
}
