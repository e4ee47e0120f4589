/** On a ticket whose requester is not entitled: why, and what can be done about it. */
import { Checkbox, Select, Textarea, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import { boughtQuery, standingQuery, timelineQuery } from "@/api/query";
import type { Standing, Ticket } from "@/api/types";
import { PickRecord } from "@/customer/PickRecord";
import { useKeptText } from "@/lib/kept";
import { settle } from "@/record/settle";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Skel } from "@/ui/State";
import { Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import { Wrong } from "@/ui/Wrong";
import type { WhyState } from "@/why/useWhy";
import "./entitle.css";

type Open = "" | "organization" | "admit";

export function Refused({ ticket: t, why }: { ticket: Ticket; why: WhyState }) {
  const q = useQueryClient();
  const query = useQuery(standingQuery(t.id));
  const [open, setOpen] = useState<Open>("");
  const [busy, setBusy] = useState(false);
  const s = query.data;
  const took = (now: Ticket, said: string) => {
    settle(q, now);
    void q.invalidateQueries({ queryKey: standingQuery(t.id).queryKey });
    void q.invalidateQueries({ queryKey: timelineQuery(t.id).queryKey });
    void q.invalidateQueries({ queryKey: ["views"] });
    say(now.refused ? "It is still refused; the reason says why." : said);
  };
  async function check() {
    setBusy(true);
    try { took(await api.post<Ticket>(`/tickets/${t.id}/entitlement/check`, {}), `Ticket ${t.id} is let in.`); } catch (e) { fail("It was not looked at again", e); }
    setBusy(false);
  }
  async function list() {
    setBusy(true);
    try {
      took(await api.post<Ticket>(`/tickets/${t.id}/entitlement/contact`, {}), `${t.requester.name} is a contact of ${t.organization?.name ?? "the organization"}, and ticket ${t.id} is let in.`);
      if (t.organization) void q.invalidateQueries({ queryKey: boughtQuery(t.organization.id).queryKey });
    } catch (e) { fail("They were not listed", e); }
    setBusy(false);
  }
  return (
    <section className="refused" aria-label="Not entitled">
      <div className="said">
        <span className="row grow" style={{ alignItems: "flex-start" }}>
          <span className="attention" style={{ paddingTop: 2 }}><Warn /></span>
          <span className="grow break">
          {s ? <button type="button" className="why b6" onClick={() => s.event_id && why.open({ kind: "event", id: s.event_id })}>{s.sentence}</button> : query.isError ? <b className="b6">Not entitled.</b> : <Skel w={220} style={{ display: "inline-block" }} />}
          {" "}<span className="m2 t12">Nothing is promised for it.{s && (s.answered_at ? <> The requester was told <When at={s.answered_at} />.</> : " The requester was not told.")}</span>
          </span>
        </span>
        {t.can.edit && <span className="row wrap">
          <Btn small busy={busy} onClick={() => void check()}>Check again</Btn>
          {t.refused === "no_organization" && <Btn small kind="pri" aria-expanded={open === "organization"} onClick={() => setOpen(open === "organization" ? "" : "organization")}>Choose the organization</Btn>}
          {s?.can_list && <Btn small kind="pri" busy={busy} onClick={() => void list()}>List them as a contact</Btn>}
          <Btn small aria-expanded={open === "admit"} onClick={() => setOpen(open === "admit" ? "" : "admit")}>Let in anyway</Btn>
        </span>}
      </div>
      {open === "organization" && s && <Associate ticket={t} standing={s} took={took} done={() => setOpen("")} />}
      {open === "admit" && <Admit ticket={t} took={took} done={() => setOpen("")} />}
    </section>
  );
}

interface Part { ticket: Ticket; took: (now: Ticket, said: string) => void; done: () => void }

function Associate({ ticket: t, standing: s, took, done }: Part & { standing: Standing }) {
  const [organization, setOrganization] = useState<string | null>(null);
  const [proof, setProof] = useState<string | null>(s.offered_name || (s.proofs[0]?.name ?? null));
  const [value, setValue] = useState(s.offered);
  const [sold, setSold] = useState("");
  const [contact, setContact] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const of = (f: string) => (isApiError(error) ? error.field(f) : null);
  async function submit(e: FormEvent) {
    e.preventDefault();
    if (!organization || busy) return;
    setBusy(true);
    setError(null);
    try {
      const now = await api.post<Ticket>(`/tickets/${t.id}/entitlement/organization`, { organization_id: Number(organization), contact, ...(s.proofs.length ? { proof: { name: proof ?? "", value, sold_to: sold } } : {}) });
      took(now, `${t.requester.name} belongs to ${now.organization?.name ?? "the organization"}. The clocks run.`);
      if (!now.refused) done();
    } catch (err) { setError(err); }
    setBusy(false);
  }
  const chosen = s.proofs.find((p) => p.name === proof);
  return (
    <form className="small" onSubmit={submit} noValidate aria-label="Choose the organization">
      <PickRecord kind="organization" label={`Organization of ${t.requester.name}`} value={organization} onChange={setOrganization} error={of("organization_id") ?? of("requester")} />
      {s.proofs.length > 0 && <>
        <div className="two">
          <Select label="Proof of purchase" allowDeselect={false} value={proof} onChange={setProof} data={s.proofs.map((p) => ({ value: p.name, label: p.title || p.name.replaceAll("_", " ") }))} error={of("proof.name")} />
          <TextInput label="Sold to, as the proof says" value={sold} onChange={(e) => setSold(e.currentTarget.value)} error={of("proof.sold_to")} maxLength={300} dir="auto" />
        </div>
        <Textarea label="What they gave" description={chosen?.help || "A digest and the last characters are kept, not the value."} autosize minRows={1} maxRows={8} value={value} onChange={(e) => setValue(e.currentTarget.value)} error={of("proof.value")} spellCheck={false} />
      </>}
      <Checkbox label="List them as a contact as well" checked={contact} onChange={(e) => setContact(e.currentTarget.checked)} />
      {error !== null && <Wrong what="Nothing was changed." error={error} />}
      <div className="row wrap"><Btn small kind="pri" type="submit" busy={busy} disabled={!organization}>They belong to it</Btn><Btn small onClick={done}>Leave as it is</Btn></div>
    </form>
  );
}

function Admit({ ticket: t, took, done }: Part) {
  const { text: reason, set: setReason, clear } = useKeptText(`admit.${t.id}`);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function submit(e: FormEvent) {
    e.preventDefault();
    setTried(true);
    if (!reason.trim() || busy) return;
    setBusy(true);
    setError(null);
    try {
      took(await api.post<Ticket>(`/tickets/${t.id}/entitlement/admit`, { reason }), `Ticket ${t.id} is let in. Its clocks run.`);
      clear();
      done();
    } catch (err) { setError(err); }
    setBusy(false);
  }
  return (
    <form className="small" onSubmit={submit} noValidate aria-label="Let in anyway">
      <Textarea label="Why it is let in" description="Kept with the ticket. What they write later on it is let in, too." autoFocus autosize minRows={2} maxLength={500} value={reason} onChange={(e) => setReason(e.currentTarget.value)} error={tried && !reason.trim() ? "Say why, for colleagues." : null} />
      {error !== null && <Wrong what="It was not let in." error={error} />}
      <div className="row wrap"><Btn small kind="pri" type="submit" busy={busy}>Let in</Btn><Btn small onClick={done}>Leave as it is</Btn></div>
    </form>
  );
}
