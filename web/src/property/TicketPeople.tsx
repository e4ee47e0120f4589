/** Who is on a ticket beside its assignee: who asked, who gets copies, which colleagues follow. */
import { IconAlertTriangle, IconPlus, IconX } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import { ticketPeopleQuery, ticketQuery } from "@/api/query";
import type { PersonInput, Ticket, TicketPatch, TicketPeople as All, TicketPerson } from "@/api/types";
import { useMe } from "@/app/session";
import { phrase } from "@/language/phrase";
import { FindPerson } from "@/record/FindPerson";
import { Avatar } from "@/ui/Avatar";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";

interface Props { ticket: Ticket; patch: (p: TicketPatch, said?: string) => Promise<boolean> }
type Adding = "requester" | "cc" | "follower" | null;

export function TicketPeople({ ticket: t, patch }: Props) {
  const me = useMe();
  const q = useQueryClient();
  const people = useQuery(ticketPeopleQuery(t.id));
  const [adding, setAdding] = useState<Adding>(null);
  const [busy, setBusy] = useState(false);
  const all = people.data;
  const edit = t.can.edit;

  const settle = (p: All) => {
    q.setQueryData(ticketPeopleQuery(t.id).queryKey, p);
    q.setQueryData(ticketQuery(t.id).queryKey, (old) => old && { ...old, copies: p.copies.map((c) => c.person), follows: p.followers.some((f) => f.person.id === me.person.id) });
    void q.invalidateQueries({ queryKey: ["timeline", t.id] });
  };
  const add = async (role: "cc" | "follower", p: PersonInput, name: string, quiet?: boolean) => {
    setBusy(true);
    try {
      const was = (all?.followers.length ?? 0) + (all?.copies.length ?? 0);
      const now = await api.post<All>(`/tickets/${t.id}/people`, { role, ...p });
      settle(now);
      setAdding(null);
      const follows = role === "follower" || now.followers.some((f) => f.person.id === p.id);
      const who = [...now.copies, ...now.followers].find((x) => x.person.id === p.id || x.person.email === p.email)?.person;
      if (!quiet && now.copies.length + now.followers.length > was)
        say(follows ? `${name} follows this ticket${role === "cc" ? ": colleagues are not copied" : ""}.` : `${name} gets the replies from now on.`, who && (() => drop(who.id, name, true)));
    } catch (e) {
      fail(`${name} was not added`, e);
    } finally {
      setBusy(false);
    }
  };
  const drop = async (id: number, name: string, quiet?: boolean) => {
    const was = all?.copies.some((c) => c.person.id === id) ? "cc" : "follower";
    try {
      settle(await api.del<All>(`/tickets/${t.id}/people/${id}`));
      if (!quiet) say(was === "cc" ? `${name} gets no more copies.` : `${name} follows this no longer.`, () => add(was, { id }, name, true));
    } catch (e) {
      fail(`${name} was not taken off`, e);
    }
  };
  const on = [t.requester.id, ...(all?.copies ?? []).map((c) => c.person.id), ...(all?.followers ?? []).map((f) => f.person.id)];
  const follows = t.follows ?? false;
  return (
    <>
      <dt>Requester</dt>
      <dd className="stackdd">
        <span className="prow"><Avatar id={t.requester.id} name={t.requester.name} /><Link className="cut" dir="auto" to={`/people/${t.requester.id}` as "/tickets"} title={t.requester.email ?? undefined}>{t.requester.name}</Link>
          {edit && <button type="button" className="link t12 chg" onClick={() => setAdding(adding === "requester" ? null : "requester")}>Change</button>}</span>
        {adding === "requester" && <FindPerson label="Another requester" without={[t.requester.id]} onLeave={() => setAdding(null)} busy={busy}
          onPick={(p, name) => { setAdding(null); void patch({ requester: p }, `${name} is the requester now and gets the mail.`); }} />}
        {t.submitter && <span className="t12 m3">Entered by <span dir="auto">{t.submitter.name}</span></span>}
      </dd>
      {!all?.copies_off && (
        <>
          <dt>Copies</dt>
          <dd className="stackdd">
            {people.isError && <span className="t12 danger">Could not be read. <button type="button" className="link" onClick={() => void people.refetch()}>Try again</button></span>}
            {(all?.copies ?? (t.copies ?? []).map(bare)).map((c) => <OnIt key={c.person.id} who={c} edit={edit} drop={() => void drop(c.person.id, c.person.name)} />)}
            {adding === "cc" ? <FindPerson label="Somebody to copy" without={on} onLeave={() => setAdding(null)} busy={busy} onPick={(p, name) => void add("cc", p, name)} />
              : edit ? <Add label="Copy somebody" onClick={() => setAdding("cc")} /> : (t.copies ?? []).length === 0 && <span className="m3">Nobody</span>}
          </dd>
        </>
      )}
      {t.can.note && (
        <>
          <dt>Followers</dt>
          <dd className="stackdd">
            {(all?.followers ?? []).map((f) => <OnIt key={f.person.id} who={f} edit={edit || f.person.id === me.person.id} me={f.person.id === me.person.id} drop={() => void drop(f.person.id, f.person.id === me.person.id ? "You" : f.person.name)} />)}
            {adding === "follower" ? <FindPerson label="A colleague who follows" kind="agent" without={on} onLeave={() => setAdding(null)} busy={busy} onPick={(p, name) => void add("follower", p, name)} />
              : <span className="row" style={{ gap: 4 }}>{!follows && <Btn small kind="quiet" keys="f" tip="Hear of every message" onClick={() => void add("follower", { id: me.person.id }, phrase("You"), true)}>Follow</Btn>}{edit && <Add label="Add a colleague" onClick={() => setAdding("follower")} />}</span>}
          </dd>
        </>
      )}
      {(t.external_ids ?? []).length > 0 && <><dt>Known as</dt><dd className="stackdd">{t.external_ids!.map((e) => <span key={e.source + e.id} className="cut" title={`${e.source}: ${e.id}`}><span className="m3">{e.source}</span> {e.id}</span>)}</dd></>}
    </>
  );
}

const bare = (person: Ticket["requester"]): TicketPerson => ({ person, organization: null, outside: false, no_mail: "", added_by: null, at: "" });

function Add({ label, onClick }: { label: string; onClick: () => void }) {
  return <Btn small kind="quiet" tip={label} icon={<IconPlus size={16} stroke={1.75} aria-hidden />} onClick={onClick} style={{ marginInlineStart: -6 }} />;
}

function OnIt({ who, edit, me, drop }: { who: TicketPerson; edit: boolean; me?: boolean; drop: () => void }) {
  const from = [who.person.email, who.organization?.name].filter(Boolean).join(", ");
  return (
    <span className="prow">
      <Avatar id={who.person.id} name={who.person.name} />
      <span className="cut grow" dir="auto" title={from || undefined}>{me ? "You" : <Link className="cut" to={`/people/${who.person.id}` as "/tickets"}>{who.person.name}</Link>}{who.outside && who.organization && <span className="m3 t12"> {who.organization.name}</span>}</span>
      {who.no_mail && <span className="attention" title={`Gets no mail. ${who.no_mail}`} role="img" aria-label={`Gets no mail. ${who.no_mail}`}><IconAlertTriangle size={14} stroke={1.75} aria-hidden /></span>}
      {edit && <button type="button" className="xbtn" aria-label={`Take ${me ? "yourself" : who.person.name} off`} title="Take off" onClick={drop}><IconX size={14} stroke={1.75} aria-hidden /></button>}
    </span>
  );
}
