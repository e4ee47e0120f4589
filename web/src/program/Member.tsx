/** A membership: what was given, until when, who has it; to somebody else, an add-on, a quote that was sent. */
import { useState, type FormEvent } from "react";
import type { ApplicationCase } from "@/api/program";
import { useCan } from "@/app/session";
import { Btn } from "@/ui/Btn";
import { When } from "@/ui/When";
import type { Act } from "./Case";
import { benefitWord } from "./words";

export function Member({ c, act }: { c: ApplicationCase; act: Act }) {
  const decides = useCan("application.decide");
  const [giving, setGiving] = useState(false);
  const member = c.state === "active" || c.state === "notice";
  const moves = decides && c.person_id !== null && (member || c.state === "approved" || c.state === "expired");
  if (c.benefits.length === 0 && !member && !moves) return null;
  return (
    <section className="pcard" aria-label="Membership">
      <h3 className="b6">Membership</h3>
      {(c.until || c.invited || c.notice_until || c.agreement) && <dl className="pdl small">
        {c.until && <div><dt>{c.state === "expired" ? "Ended" : "Runs until"}</dt><dd><When at={c.until} as="stamp" /></dd></div>}
        {c.notice_until && <div><dt>To cure by</dt><dd className="attention"><When at={c.notice_until} as="stamp" /></dd></div>}
        {c.agreement && <div><dt>Accepted</dt><dd>version {c.agreement.version} of the agreement, <When at={c.agreement.at} /></dd></div>}
        {c.invited && <div><dt>Invited to renew</dt><dd><When at={c.invited} /></dd></div>}
      </dl>}
      {c.benefits.length > 0 && <ul className="plines">{c.benefits.map((b) => <li key={b.name} className="pbenefit"><p className="row wrap"><span>{b.title}</span>{b.code && <code className="mono">{b.code}</code>}<span className={`tag ${b.state === "given" ? "good" : b.state === "taken" ? "" : "attention"}`}>{benefitWord[b.state]}</span></p>
        {b.differed ? <p className="t12 attention">The other system had not got it <When at={b.differed} />; it was told again.</p> : b.compared && b.state === "given" && <p className="t12 m3">The other system had it when it was asked <When at={b.compared} />.</p>}
        {b.error && b.state === "pending" && <p className="t12 m2 break">{b.error}</p>}
        {b.state === "manual" && decides && <Btn small onClick={() => void act(`/benefits/${encodeURIComponent(b.name)}/quoted`, {}, "Noted: the member has the quote.")}>The quote was sent</Btn>}</li>)}</ul>}
      {moves && member && <label className="row"><input type="checkbox" checked={c.add_on} onChange={(e) => void act("/add-on", { version: c.version, bought: e.target.checked }, e.target.checked ? "The next renewal is a quote." : "The next renewal is as usual.")} />An add-on was bought: the next renewal is a quote</label>}
      {moves && (giving ? <Give done={() => setGiving(false)} c={c} act={act} /> : <Btn small kind="quiet" style={{ justifySelf: "start" }} onClick={() => setGiving(true)}>Give it to somebody else</Btn>)}
    </section>
  );
}

function Give({ c, act, done }: { c: ApplicationCase; act: Act; done: () => void }) {
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const send = (e: FormEvent) => {
    e.preventDefault();
    void act("/transfer", { version: c.version, email, name }, `${email} has it now, and got a link of their own.`).then((ok) => ok && done());
  };
  return (
    <form className="pgive" onSubmit={send}>
      <p className="t12 m2">They get a link of their own by mail; the link of {c.name} ends working. What was said with {c.name} stays theirs.</p>
      <input className="pin" type="email" required autoFocus aria-label="Email address" placeholder="Email address" value={email} onChange={(e) => setEmail(e.target.value)} />
      <input className="pin" aria-label="Name" placeholder="Name" value={name} onChange={(e) => setName(e.target.value)} />
      <span className="row wrap"><Btn small type="submit">Give it to them</Btn><Btn small kind="quiet" onClick={done}>Cancel</Btn></span>
    </form>
  );
}
