/** What is known of an application: what was sent, what proofs saw, which rules hold, earlier applications, its mail. */
import { IconCheck, IconX } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState, type FormEvent, type ReactNode } from "react";
import type { ApplicationCase } from "@/api/program";
import { useCan } from "@/app/session";
import { statusWord } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { When } from "@/ui/When";
import type { Act } from "./Case";
import { proofTone, proofWord, stateWord } from "./words";

export function Part({ title, children }: { title: string; children: ReactNode }) {
  return <section className="ppart"><h3 className="t12 b6 m3">{title}</h3>{children}</section>;
}

const Yes = () => <IconCheck size={14} className="good" aria-label="Yes" />;
const No = () => <IconX size={14} className="danger" aria-label="No" />;
/** Addresses in answers open beside; everything else is text. */
const Value = ({ text }: { text: string }) => (/^https?:\/\/\S+$/.test(text) ? <a className="link" href={text} target="_blank" rel="noreferrer noopener">{text}</a> : <>{text}</>);

type Settling = ((name: string, passed: boolean, say: string) => void) | undefined;

export function Research({ c, act, settle }: { c: ApplicationCase; act: Act; settle: Settling }) {
  return (
    <div className="pgrid">
      {c.state === "asked" && c.question && <Part title="Asked"><p className="break pre" dir="auto">{c.question}</p></Part>}
      {c.reason && <Part title={c.state === "notice" ? "The breach" : "What a colleague wrote"}><p className="break pre" dir="auto">{c.reason}</p></Part>}
      <Part title="What they sent"><dl className="pdl">{c.answers.map((a) => <div key={a.title}><dt>{a.title}</dt><dd dir="auto" className="break"><Value text={a.text} /></dd></div>)}
        {c.files.map((f) => <div key={f.id}><dt>File</dt><dd><a className="link" href={`/api/v1/files/${f.id}`} download>{f.name}</a> <span className="sub">{f.size}, kept until <When at={f.purge} /></span></dd></div>)}</dl></Part>
      {(c.person_id || c.organization_id) && <Part title="In the directory"><p className="row wrap">{c.person_id && <Link className="link" to={`/people/${c.person_id}` as "/tickets"}>{c.name || c.email}</Link>}{c.organization_id && <Link className="link" to={`/organizations/${c.organization_id}` as "/tickets"}>{c.organization || "Their organization"}</Link>}</p></Part>}
      {c.proofs.length > 0 && <Part title="Proofs">{c.proofs.map((p) => <Proof key={p.name} p={p} settle={settle} over={!["verifying", "review", "asked"].includes(c.state)} />)}</Part>}
      {c.rules.length > 0 && <Part title="Rules"><ul className="plines">{c.rules.map((r) => <li key={r.name} className="row break">{r.holds ? <Yes /> : <No />}<span className={r.holds ? "m3" : undefined}>{r.title}{!r.holds && <><br /><span className="m2">{r.say}</span></>}</span></li>)}</ul></Part>}
      <Mail c={c} act={act} />
      <Part title="Other applications">{c.similar.length === 0 ? <p className="m3">None of the same person or organization.</p> : <ul className="plines">{c.similar.map((o) => <li key={o.id} className="row wrap"><Link className="link" to={`/applications/${o.id}` as "/tickets"}>{o.id}</Link><span>{o.program_title}</span><span className="m2" dir="auto">{o.name}</span><span className="tag">{stateWord[o.state]}</span>{o.decided && <span className="t12 m3"><When at={o.decided} /></span>}</li>)}</ul>}</Part>
    </div>
  );
}

/** One proof; over: the application was decided, so what still waited for the applicant was not needed. */
function Proof({ p, settle, over }: { p: ApplicationCase["proofs"][number]; settle: Settling; over: boolean }) {
  const unneeded = over && (p.state === "waiting" || p.state === "none");
  return (
    <div className="pproof"><p className="row wrap"><b className="b5">{p.title}</b><span className={`tag ${proofTone[p.state] ?? ""}`}>{unneeded ? "Not needed" : proofWord[p.state]}</span>{p.tries > 1 && <span className="t12 m3">{p.tries} tries</span>}</p>
      {p.say && !unneeded && <p className="m2 break">{p.say}</p>}
      {p.seen.length > 0 && <ul className="plines">{p.seen.slice(0, 12).map((s, i) => <li key={i} className="row break">{s.good ? <Yes /> : <No />}{s.url ? <a className="link" href={s.url} target="_blank" rel="noreferrer noopener">{s.what}</a> : s.what}</li>)}{p.seen.length > 12 && <li className="m3">and {p.seen.length - 12} more</li>}</ul>}
      {settle && p.state !== "passed" && p.state !== "running" && <Settle open={p.state === "unclear"} done={(passed, text) => settle(p.name, passed, text)} />}</div>
  );
}

function Settle({ open, done }: { open: boolean; done: (passed: boolean, say: string) => void }) {
  const [text, setText] = useState("");
  const [on, setOn] = useState(open);
  if (!on) return <button type="button" className="link t12" onClick={() => setOn(true)}>Settle it yourself</button>;
  return <div className="row wrap" style={{ marginTop: 6 }}><input className="pin" aria-label="Why, for the applicant" placeholder="Why, for the applicant" value={text} onChange={(e) => setText(e.target.value)} /><Btn small onClick={() => done(true, text)}>Passed</Btn><Btn small kind="quiet" title={text.trim() ? undefined : "Say why first: the applicant reads it."} aria-disabled={!text.trim()} onClick={() => text.trim() && done(false, text)}>Not passed</Btn></div>;
}

function Mail({ c, act }: { c: ApplicationCase; act: Act }) {
  const edits = useCan("application.edit");
  const [number, setNumber] = useState("");
  const [on, setOn] = useState(false);
  const tie = (e: FormEvent) => {
    e.preventDefault();
    const id = Number(number.replace(/\D/g, ""));
    if (id) void act("/tickets", { ticket_id: id }, `Ticket ${id} is tied to this application.`).then((ok) => ok && (setNumber(""), setOn(false)));
  };
  return (
    <Part title="Mail">
      {c.tickets.length === 0 ? <p className="m3">Nothing was written yet.</p> : <ul className="plines">{c.tickets.map((t) => <li key={t.id} className="row wrap"><Link className="link" to={`/tickets/${t.id}` as "/tickets"}>Ticket {t.id}</Link><span className="cut" dir="auto">{t.subject}</span><span className="tag">{statusWord[t.status]}</span>{t.current && c.tickets.length > 1 && <span className="tag accent">Letters go out from it</span>}<span className="t12 m3"><When at={t.updated} /></span></li>)}</ul>}
      {edits && c.person_id && (on ? <form className="row wrap" onSubmit={tie}><input className="pin" style={{ maxWidth: 180 }} autoFocus inputMode="numeric" aria-label="Number of the ticket" placeholder="Number of the ticket" value={number} onChange={(e) => setNumber(e.target.value)} /><Btn small type="submit">Tie it</Btn><Btn small kind="quiet" onClick={() => setOn(false)}>Cancel</Btn></form>
      : <button type="button" className="link t12" style={{ justifySelf: "start" }} onClick={() => setOn(true)}>Tie another ticket</button>)}
    </Part>
  );
}
