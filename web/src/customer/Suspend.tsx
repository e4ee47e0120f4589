/** Suspending somebody: why, and what becomes of their open work. And the banner that ends it. */
import { Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import { personQuery } from "@/api/query";
import type { Person } from "@/api/types";
import { useCan } from "@/app/session";
import { phrase } from "@/language/phrase";
import { countNoun, countOf } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { fail, say } from "@/ui/notify";
import { Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import { Wrong } from "@/ui/Wrong";
import { PickRecord } from "./PickRecord";

type Hand = "none" | "team" | "person";
const hands = [["none", "Stays with them"], ["team", "Goes back to its teams"], ["person", "Goes to a colleague"]] as const;

export function Suspend({ person: p, done }: { person: Person; done: () => void }) {
  const q = useQueryClient();
  const [reason, setReason] = useState("");
  const [hand, setHand] = useState<Hand>("none");
  const [to, setTo] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const work = p.open_work ? countOf(p.open_work) : 0;
  const wrong = { reason: reason.trim() ? null : "Say why, for whoever looks at this later.", to: hand === "person" && !to ? phrase("Choose who takes the work.") : null };
  async function submit(e: FormEvent) {
    e.preventDefault();
    setTried(true);
    if (busy || wrong.reason || wrong.to) return;
    setBusy(true);
    setError(null);
    try {
      q.setQueryData(personQuery(p.id).queryKey, await api.post<Person>(`/people/${p.id}/suspend`, { reason: reason.trim(), hand_over: hand, ...(hand === "person" ? { hand_over_to: Number(to) } : {}) }));
      for (const k of ["people", "agents", "tickets"]) void q.invalidateQueries({ queryKey: [k] });
      say(`${p.name} is suspended.`);
      done();
    } catch (err) {
      setError(err);
      setBusy(false);
    }
  }
  return (
    <form className="form" onSubmit={submit} noValidate aria-label="Suspend">
      <div><h2 className="t16 b6">Suspend {p.name}</h2><p className="m2">Their sessions and tokens end at once. They cannot sign in, mail from them is held, and nothing new can be assigned to them. It can be ended, but tokens and handed-over work do not come back.</p></div>
      <Textarea label="Why" autoFocus autosize minRows={2} maxLength={2000} value={reason} onChange={(e) => setReason(e.currentTarget.value)} error={(tried ? wrong.reason : null) ?? (isApiError(error) ? error.field("reason") : null)} />
      {work > 0 && <div>
        <p className="t12 b5 m2" style={{ marginBottom: 4 }}>Their work: {countNoun(p.open_work!, "open ticket")}</p>
        <Choice label="What becomes of their open work" value={hand} options={hands} onChange={setHand} />
      </div>}
      {hand === "person" && <PickRecord kind="person" agents label="Who takes it" without={p.id} value={to} onChange={setTo} error={tried ? wrong.to : null} />}
      {error !== null && <Wrong what="They were not suspended." error={error} />}
      <div className="row"><Btn onClick={done}>Leave as it is</Btn><Btn kind="bad" type="submit" busy={busy}>Suspend {p.name}</Btn></div>
    </form>
  );
}

/** That somebody is suspended, since when and why, with the end of it. */
export function Suspended({ person: p }: { person: Person }) {
  const q = useQueryClient();
  const can = useCan("person.suspend");
  const [busy, setBusy] = useState(false);
  if (!p.suspended_at) return null;
  async function end() {
    setBusy(true);
    try {
      q.setQueryData(personQuery(p.id).queryKey, await api.post<Person>(`/people/${p.id}/unsuspend`));
      for (const k of ["people", "agents", "mail"]) void q.invalidateQueries({ queryKey: [k] });
      say(`${p.name} may sign in and write again.`);
    } catch (e) {
      fail("The suspension goes on", e);
    }
    setBusy(false);
  }
  return <div className="banner attention"><span className="attention"><Warn /></span><span className="grow"><b className="b6">Suspended</b> since <When at={p.suspended_at} as="stamp" />{p.suspended_reason && `: ${p.suspended_reason}`}</span>{can && <Btn small busy={busy} onClick={end}>End the suspension</Btn>}</div>;
}
