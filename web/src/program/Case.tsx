/** One application with its research in one panel, the page of its applicant, and the decision. */
import { IconArrowLeft, IconCheck, IconX } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { api } from "@/api/client";
import { applicantPageQuery, applicationQuery } from "@/api/query";
import type { ApplicationCase } from "@/api/types";
import { useCan } from "@/app/session";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { fail, say } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { Decide } from "./Decide";
import { proofTone, proofWord, stateWord, verbWord } from "./words";

export function Case({ id, next, back }: { id: number; next: () => Promise<void>; back: () => void }) {
  const query = useQuery(applicationQuery(id));
  const q = useQueryClient();
  const [tab, setTab] = useState<"research" | "preview" | "history">("research");
  const edits = useCan("application.edit");
  const screens = useCan("application.screen");
  if (query.isError && !query.data) return <Failure what="This application" error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <div className="pskel">{[40, 70, 55].map((w, i) => <Skel key={i} w={`${w}%`} h={16} />)}</div>;
  const c = query.data;

  async function act(path: string, body: object, done: string, on = false) {
    try {
      const now = await api.post<ApplicationCase>(`/applications/${id}${path}`, { version: c.version, ...body });
      q.setQueryData(["application", id], now);
      for (const k of [["applications"], ["programs"], ["application", id, "preview"]]) void q.invalidateQueries({ queryKey: k });
      say(done);
      if (on) await next();
      return true;
    } catch (e) {
      fail("Nothing was changed", e);
      void query.refetch();
      return false;
    }
  }

  return (
    <article className="pbody">
      <header>
        <button type="button" className="link in narrow row" onClick={back}><IconArrowLeft size={16} stroke={1.75} aria-hidden /> All applications</button>
        <h2 className="t18 b6 break" dir="auto">{c.organization || c.name}</h2>
        <p className="row wrap m2"><span className="tag">{stateWord[c.state]}</span>{c.held && <span className="tag warn" title={c.hold}>On hold: {c.hold}</span>}<span>Application {c.id} to {c.program_title}, version {c.program_version}</span>
          {c.promised && <span className={c.late ? "danger" : undefined}>Decide by <When at={c.promised} /></span>}{c.ticket_id && <Link className="link" to={`/tickets/${c.ticket_id}` as "/tickets"}>Ticket {c.ticket_id}</Link>}{c.renewal_of && <Link className="link" to={`/applications/${c.renewal_of}` as "/tickets"}>Renews {c.renewal_of}</Link>}</p>
        {c.held && screens && <Btn small onClick={() => void act("/release", {}, "The hold has ended.")}>End the hold</Btn>}
      </header>
      <Choice label="What to show" value={tab} options={[["research", "Research"], ["preview", "As the applicant sees it"], ["history", "History"]]} onChange={setTab} />
      {tab === "research" ? <Research c={c} settle={edits && (c.state === "review" || c.state === "asked") ? (name, passed, text) => void act(`/proofs/${name}`, { passed, say: text, version: undefined }, "Noted.") : undefined} />
      : tab === "preview" ? <Preview id={id} /> : <ul className="plines">{c.history.map((e) => <li key={e.id} className="row"><span>{verbWord(e.verb)}{e.by && `, ${e.by}`}</span><span className="sp" /><span className="t12 m3 nw"><When at={e.at} /></span></li>)}</ul>}
      <Decide c={c} act={act} />
    </article>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return <section className="ppart"><h3 className="t12 b6 m3">{title}</h3>{children}</section>;
}

function Research({ c, settle }: { c: ApplicationCase; settle?: (name: string, passed: boolean, say: string) => void }) {
  return (
    <div className="pgrid">
      <Part title="What they sent"><dl className="pdl">{c.answers.map((a) => <div key={a.title}><dt>{a.title}</dt><dd dir="auto" className="break">{a.text}</dd></div>)}</dl>
        {c.files.map((f) => <p key={f.id}><a className="link" href={`/api/v1/files/${f.id}`} download>{f.name}</a> <span className="sub">{f.size}, kept until <When at={f.purge} /></span></p>)}</Part>
      {c.proofs.length > 0 && <Part title="Proofs">{c.proofs.map((p) => <div key={p.name} className="pproof"><p className="row wrap"><b className="b5">{p.title}</b><span className={`tag ${proofTone[p.state] ?? ""}`}>{proofWord[p.state]}</span></p>
        {p.say && <p className="m2 break">{p.say}</p>}
        {p.seen.length > 0 && <ul className="plines">{p.seen.slice(0, 12).map((s, i) => <li key={i} className="row break">{s.good ? <IconCheck size={14} className="good" aria-label="Good" /> : <IconX size={14} className="danger" aria-label="Not good" />}{s.url ? <a className="link" href={s.url} target="_blank" rel="noreferrer noopener">{s.what}</a> : s.what}</li>)}{p.seen.length > 12 && <li className="m3">and {p.seen.length - 12} more</li>}</ul>}
        {settle && p.state !== "passed" && p.state !== "running" && <Settle done={(passed, text) => settle(p.name, passed, text)} />}</div>)}</Part>}
      {c.rules.length > 0 && <Part title="Rules"><ul className="plines">{c.rules.map((r) => <li key={r.name} className="row break">{r.holds ? <IconCheck size={14} className="good" aria-label="Holds" /> : <IconX size={14} className="danger" aria-label="Does not hold" />}<span className={r.holds ? "m3" : undefined}>{r.say}</span></li>)}</ul></Part>}
      {c.similar.length > 0 && <Part title="Other applications"><ul className="plines">{c.similar.map((o) => <li key={o.id} className="row wrap"><Link className="link" to={`/applications/${o.id}` as "/tickets"}>{o.id}</Link><span dir="auto">{o.name}</span><span className="tag">{stateWord[o.state]}</span></li>)}</ul></Part>}
    </div>
  );
}

function Settle({ done }: { done: (passed: boolean, say: string) => void }) {
  const [text, setText] = useState("");
  return <div className="row wrap" style={{ marginTop: 6 }}><input className="pin" aria-label="Why, for the applicant" placeholder="Why, for the applicant" value={text} onChange={(e) => setText(e.target.value)} /><Btn small onClick={() => done(true, text)}>Passed</Btn><Btn small kind="quiet" aria-disabled={!text.trim()} onClick={() => text.trim() && done(false, text)}>Not passed</Btn></div>;
}

function Preview({ id }: { id: number }) {
  const { data: p, isError, error, refetch } = useQuery(applicantPageQuery(id));
  if (isError) return <Failure what="The page" error={error} retry={() => void refetch()} />;
  if (!p) return <Skel w="60%" h={20} />;
  return (
    <div className="ppreview">
      <p className="t12 m3">Application {p.id} to {p.program}, {p.who}</p><h3 className="t18 b6">{p.word}</h3><p>{p.text}</p>
      {p.reasons.map((r, i) => <p key={i} className="m2">{r}</p>)}
      {p.proofs.map((x) => <p key={x.name}><b className="b5">{x.title}</b><br /><span className="m2">{x.say}</span></p>)}
      {p.question && <p><b className="b5">Our question</b><br />{p.question}</p>}
      {p.benefits.map((b) => <p key={b.title}><b className="b5">{b.title}</b> {b.code && <code>{b.code}</code>}<br /><span className="m2">{b.text}</span></p>)}
      {p.said.map((m, i) => <p key={i} className="break" dir="auto" style={{ whiteSpace: "pre-wrap" }}><b className="b5">{m.mine ? "Applicant" : "Us"}</b> <span className="t12 m3"><When at={m.at} /></span><br />{m.text}</p>)}
    </div>
  );
}
