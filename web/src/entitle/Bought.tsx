/** What an organization bought: until when, who may write for it, holds, terms, shared tickets. */
import { Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { boughtQuery } from "@/api/query";
import type { Bought as Panel } from "@/api/types";
import { locale } from "@/language/language";
import { phrase } from "@/language/phrase";
import { plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { Sure } from "@/ui/Sure";
import { Tag, Tick, Warn, type Meaning } from "@/ui/Tag";
import { When } from "@/ui/When";
import { Contacts } from "./Contacts";
import { Shares } from "./Shares";
import "./entitle.css";

export type Change = (what: string, path: string, body: unknown, said?: string) => Promise<boolean>;

const states: Record<Panel["state"], [string, Meaning]> = {
  open: ["Everybody may write", "none"], entitled: ["Entitled", "good"], ending: ["Ended, still helped", "attention"], expired: ["Expired", "danger"],
  unsupported: ["No support", "attention"], hold: [phrase("On hold", "support or an application"), "danger"],
};
/** A last day is a date: read in UTC, or it shows as another day in half of the world. */
const date = (at: string) => new Date(at).toLocaleDateString(locale(), { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });

export function Bought({ organization, name }: { organization: number; name: string }) {
  const q = useQueryClient();
  const query = useQuery(boughtQuery(organization));
  const write = useMutation({ mutationFn: ({ path, body }: { path: string; body: unknown }) => api.post<unknown>(`/organizations/${organization}${path}`, body) });
  const [holding, setHolding] = useState(false);
  const change: Change = async (what, path, body, said) => {
    try {
      await write.mutateAsync({ path, body });
      await q.invalidateQueries({ queryKey: boughtQuery(organization).queryKey });
      void q.invalidateQueries({ queryKey: ["tickets"] });
      if (said) say(said);
      return true;
    } catch (e) {
      fail(what, e);
      return false;
    }
  };
  const p = query.data;
  if (query.isError && !p) return <section className="block" aria-label="Entitlement"><Failure what="What it bought" error={query.error} retry={() => query.refetch()} /></section>;
  if (!p) return <section className="block" aria-label="Entitlement"><Skel w="40%" /><Skel w="70%" style={{ marginTop: 8 }} /></section>;
  if (!p.declared && p.contacts.length === 0 && p.terms.length === 0) return null; // nothing says who may write, so there is nothing to say
  const [word, meaning] = states[p.state];
  return (
    <section className="block" aria-label="Entitlement">
      <div className="row wrap" style={{ marginBottom: 10 }}>
        <h2 className="h3 grow">{p.bought ? <Link className="link" to={`/configuration/blueprints/entitlement/${p.bought.name}` as "/tickets"}>{p.bought.title}</Link> : "Entitlement"}</h2>
        <Tag meaning={meaning} icon={meaning === "good" ? <Tick /> : meaning === "none" ? undefined : <Warn />}>{word}</Tag>
      </div>
      <div className="bought">
        {p.bought?.last_day && <p className="t12 m2">{p.state === "expired" ? "Ended" : "Until"} {date(p.bought.last_day)}{p.bought.until && (p.state === "ending" || p.state === "expired") && <>; people {p.state === "expired" ? "were" : "are"} helped until {date(p.bought.until)}</>}.</p>}
        {p.hold && <div className="banner danger"><span className="danger"><Warn /></span><span className="grow break"><b className="b6">On hold</b> since <When at={p.hold.since} as="stamp" />{p.hold.by?.name && ` by ${p.hold.by.name}`}: {p.hold.reason}</span></div>}
        <Contacts organization={organization} name={name} panel={p} change={change} />
        {p.terms.map((t) => <Term key={t.id} term={t} can={p.can_administer} change={change} />)}
        {p.can_administer && p.offers.filter((o) => !p.terms.some((t) => t.entitlement === o.entitlement)).map((o) => (
          <div key={o.entitlement} className="row wrap t12"><span className="grow m2">{o.title}, for {plural(o.days, "day")}: {o.running} of {o.at_once} given</span>
            <Btn small onClick={() => void change(`${o.title} was not given`, "/terms", { entitlement: o.entitlement }, `${name} has ${o.title} for ${plural(o.days, "day")}.`)}>Give</Btn></div>
        ))}
        <Shares name={name} panel={p} change={change} />
        {p.proofs.length > 0 && (
          <div><h3>Proofs of purchase</h3>
            <ul className="t12">{p.proofs.map((x) => <li key={x.at + x.hint} className="break m2">{x.proof.replaceAll("_", " ")} {x.hint}, given by {x.person.name} on <Link className="link" to={`/tickets/${x.ticket_id}` as "/tickets"}>ticket {x.ticket_id}</Link>, <When at={x.at} /></li>)}</ul></div>
        )}
        {p.can_administer && p.declared && (holding ? <Hold hold={!!p.hold} name={name} change={change} done={() => setHolding(false)} />
          : <div><Btn small kind={p.hold ? "plain" : "quiet"} onClick={() => setHolding(true)}>{p.hold ? "End the hold" : "Put support on hold"}</Btn></div>)}
      </div>
    </section>
  );
}

function Term({ term: t, can, change }: { term: Panel["terms"][number]; can: boolean; change: Change }) {
  const left = Math.max(0, Math.ceil((new Date(t.ends_at).getTime() - Date.now()) / 86_400_000));
  return (
    <div>
      <h3>{t.title}</h3>
      <div className="row wrap">
        <span className="grow"><b className="b6">{plural(left, "day")} left</b>, until <When at={t.ends_at} as="stamp" />{t.extensions > 0 && <span className="m3"> (extended {t.extensions === 1 ? "once" : `${t.extensions} times`})</span>}</span>
        {can && t.extensions_left > 0 && <Btn small tip={`${plural(t.extensions_left, "extension")} left`} onClick={() => void change("It was not extended", `/terms/${t.id}/extend`, {}, `${t.title} lasts longer.`)}>Extend</Btn>}
        {can && <Sure ask="End" what="End it now" name={`End ${t.title}`} onYes={() => change("It was not ended", `/terms/${t.id}/end`, {}, `${t.title} ended.`)} />}
      </div>
    </div>
  );
}

function Hold({ hold, name, change, done }: { hold: boolean; name: string; change: Change; done: () => void }) {
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  async function submit(e: FormEvent) {
    e.preventDefault();
    setTried(true);
    if (!reason.trim()) return;
    if (await change(hold ? "The hold goes on" : "Support was not put on hold", hold ? "/hold/lift" : "/hold", { reason }, hold ? `The hold of ${name} ended. Requests that waited are looked at again.` : `Support for ${name} is on hold.`)) done();
  }
  return (
    <form className="small" onSubmit={submit} noValidate aria-label={hold ? "End the hold" : "Put support on hold"}>
      <Textarea label={hold ? "Why the hold ends" : "Why support is on hold"} description={hold ? "Requests that were refused for it are looked at again." : "People who write get an answer that does not say why. Their requests are kept."} autoFocus autosize minRows={2} maxLength={500} value={reason} onChange={(e) => setReason(e.currentTarget.value)} error={tried && !reason.trim() ? "Say why, for colleagues who look at this later." : null} />
      <div className="row wrap"><Btn small onClick={done}>Leave as it is</Btn><Btn small kind={hold ? "pri" : "bad"} type="submit">{hold ? "End the hold" : "Put on hold"}</Btn></div>
    </form>
  );
}
