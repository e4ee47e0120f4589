/** People of other organizations who may see this one's tickets, and who accepted that. */
import { Select, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import type { Bought } from "@/api/types";
import { Btn } from "@/ui/Btn";
import { Sure } from "@/ui/Sure";
import { When } from "@/ui/When";
import type { Change } from "./Bought";

export function Shares({ name, panel: p, change }: { name: string; panel: Bought; change: Change }) {
  const [open, setOpen] = useState(false);
  if (p.shares.length === 0 && (!p.can_administer || !p.declared)) return null;
  return (
    <div>
      {(p.shares.length > 0 || open) && <h3>Tickets shared with</h3>}
      <ul style={{ display: "grid", gap: 6 }}>{p.shares.map((s) => (
        <li key={s.id} className="row">
          <span className={`grow t12 break${s.revoked_at ? " m3" : ""}`}>
            <Link className="b5" to={`/people/${s.person.id}` as "/tickets"}>{s.person.name}</Link> may {s.access === "write" ? "read and write" : "read"}{s.revoked_at && <>, until <When at={s.revoked_at} as="stamp" /></>}
            <span className="m3" style={{ display: "block" }}>{s.accepted_by} accepted text {s.text_version}, <When at={s.accepted_at} />, on <Link className="link" to={`/tickets/${s.ticket_id}` as "/tickets"}>ticket {s.ticket_id}</Link></span>
          </span>
          {p.can_administer && !s.revoked_at && <Sure ask="Revoke" what="Revoke it" name={`Revoke what ${s.person.name} may see`} onYes={() => change("It was not revoked", `/shares/${s.id}/revoke`, {}, `${s.person.name} no longer sees these tickets.`)} />}
        </li>
      ))}</ul>
      {p.can_administer && p.declared && (open ? <Share name={name} change={change} done={() => setOpen(false)} /> : <Btn small kind="quiet" className="flush" onClick={() => setOpen(true)}>Share its tickets with somebody</Btn>)}
    </div>
  );
}

function Share({ name, change, done }: { name: string; change: Change; done: () => void }) {
  const [f, setF] = useState({ email: "", access: "read", accepted_by: "", accepted_at: "", text_version: "", ticket_id: "" });
  const [tried, setTried] = useState(false);
  const put = (k: keyof typeof f) => (e: { currentTarget: { value: string } }) => setF({ ...f, [k]: e.currentTarget.value });
  const lack = (k: keyof typeof f, what: string) => (tried && !f[k].trim() ? what : null);
  async function submit(e: FormEvent) {
    e.preventDefault();
    setTried(true);
    if (Object.values(f).some((v) => !v.trim())) return;
    const body = { ...f, accepted_at: new Date(f.accepted_at + "T00:00:00").toISOString(), ticket_id: Number(f.ticket_id) };
    if (await change("Nothing was shared", "/shares", body, `${f.email} may see the tickets of ${name}.`)) done();
  }
  return (
    <form className="small" onSubmit={submit} noValidate aria-label="Share tickets">
      <p className="t12 m2">Somebody of another organization sees all tickets of {name}. {name} must have accepted that in writing, on one of its tickets.</p>
      <TextInput label="Their address" type="email" autoFocus value={f.email} onChange={put("email")} error={lack("email", "Whose address?")} />
      <Select label="They may" allowDeselect={false} value={f.access} onChange={(v) => setF({ ...f, access: v ?? "read" })} data={[{ value: "read", label: "Read" }, { value: "write", label: "Read and write" }]} />
      <TextInput label={`Who of ${name} accepted it`} value={f.accepted_by} onChange={put("accepted_by")} error={lack("accepted_by", "Who accepted it?")} maxLength={300} />
      <div className="two">
        <TextInput label="When" type="date" value={f.accepted_at} onChange={put("accepted_at")} error={lack("accepted_at", "On which day?")} />
        <TextInput label="Which text" placeholder="2026-03" value={f.text_version} onChange={put("text_version")} error={lack("text_version", "Which version of the text?")} maxLength={100} />
      </div>
      <TextInput label="On which ticket" inputMode="numeric" value={f.ticket_id} onChange={put("ticket_id")} error={lack("ticket_id", "The number of the ticket that shows it.")} />
      <div className="row wrap"><Btn small onClick={done}>Share nothing</Btn><Btn small kind="pri" type="submit">Share</Btn></div>
    </form>
  );
}
