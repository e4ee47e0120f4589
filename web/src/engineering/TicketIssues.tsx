/** The engineering block of a ticket: linked issues with their state, what it waits for, and what can be created. */
import { Menu, TextInput } from "@mantine/core";
import { IconExternalLink, IconHourglass, IconPlus, IconX } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { isApiError, sentenceOf } from "@/api/error";
import type { Ticket, TicketLink } from "@/api/types";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Warn } from "@/ui/Tag";
import { useCan } from "@/app/session";
import { inside } from "@/lib/words";
import type { WhyState } from "@/why/useWhy";
import { engineeringQuery } from "./query";
import { Confidential, IssueTag, KnownTag } from "./words";
import "./engineering.css";

const p = { size: 16, stroke: 1.75, "aria-hidden": true } as const;

export function TicketIssues({ ticket: t, why }: { ticket: Ticket; why: WhyState }) {
  const q = useQueryClient();
  const query = useQuery(engineeringQuery(t.id));
  const [adding, setAdding] = useState(false);
  const issues = useCan("issue.read");
  const go = useNavigate();
  const e = query.data;
  if (!e || (e.trackers.length === 0 && e.links.length === 0 && e.known_issues.length === 0)) return null;
  const again = () => { for (const k of ["engineering", "ticket", "timeline"]) void q.invalidateQueries({ queryKey: [k, t.id] }); void q.invalidateQueries({ queryKey: ["issues"] }); };
  const act = async (what: string, done: string, run: () => Promise<unknown>, undo?: () => Promise<unknown>) => {
    try {
      await run();
      again();
      say(done, undo && (async () => { await undo(); again(); }));
    } catch (err) { fail(what, err); }
  };
  const wait = (l: TicketLink, on: boolean) => act("Not changed", on ? `The ticket waits for ${l.reference}.` : `The ticket no longer waits for ${l.reference}.`, () => api.patch(`/tickets/${t.id}/links/${l.id}`, { waiting: on }), () => api.patch(`/tickets/${t.id}/links/${l.id}`, { waiting: !on }));
  const drop = (l: TicketLink) => act("The link was not taken back", "Link taken back.", () => api.del(`/tickets/${t.id}/links/${l.id}`), () => api.post(`/tickets/${t.id}/links`, { reference: l.url || l.reference, waiting: l.waiting }));
  const link = (reference: string) => act("Not linked", `Linked to ${reference}.`, () => api.post(`/tickets/${t.id}/links`, { reference }));
  return (
    <section className="eng" aria-label="Engineering">
      <div className="row"><h3 className="t12 m3 grow">Engineering</h3>
        {t.can.edit && e.trackers.length > 0 && <Btn small kind="quiet" tip="Link an issue" icon={<IconPlus {...p} />} aria-expanded={adding} onClick={() => setAdding((a) => !a)} />}</div>
      {adding && <AddLink ticket={t.id} done={(said) => { setAdding(false); if (said) { say(said); again(); } }} />}
      <ul>{e.links.map((l) => (
        <li key={l.id} className={l.waiting ? "lnk waits" : "lnk"}>
          <p className="row" style={{ gap: 6 }}>
            {issues ? <Link className="link cut grow" dir="auto" to={`/issues/${l.id}` as "/tickets"} title={l.title || l.reference}>{l.title || l.reference}</Link> : <span className="cut grow" dir="auto" title={l.title}>{l.title || l.reference}</span>}
            <IssueTag of={l} />
          </p>
          <p className="row sub" style={{ gap: 6 }}>
            <a className="row cut" style={{ gap: 3 }} href={l.url} target="_blank" rel="noreferrer" title={`Open in ${l.tracker_title || "its tracker"}`}><span className="cut">{l.reference}</span><IconExternalLink size={12} stroke={1.75} aria-hidden /></a>
            {l.confidential && <Confidential />}<span className="grow" />
            {l.event_id && <button type="button" className={`why t12 m3 quiet${why.at?.kind === "event" && why.at.id === l.event_id ? " on" : ""}`} aria-label={`Why is ${l.reference} linked`} onClick={() => why.open({ kind: "event", id: l.event_id! })}>Why</button>}
            {t.can.edit && (l.waiting || l.state === "open" || l.state === "unknown") && <button type="button" className={`waitbtn${l.waiting ? " on" : ""}`} aria-pressed={l.waiting} title={l.waiting ? "Press to wait no longer" : "Put the ticket on hold until this is done"} onClick={() => void wait(l, !l.waiting)}><IconHourglass size={12} stroke={1.75} aria-hidden />{l.waiting ? "Waiting" : "Wait"}</button>}
            {t.can.edit && <button type="button" className="xbtn" aria-label={`Take the link to ${l.reference} back`} onClick={() => void drop(l)}><IconX size={14} stroke={1.75} aria-hidden /></button>}
          </p>
          {l.error && <p className="attention t12 row" style={{ gap: 4, alignItems: "flex-start" }}><Warn /><span className="break">{l.error}</span></p>}
        </li>
      ))}</ul>
      {e.found.map((f) => <p key={f.reference} className="row t12" style={{ gap: 6 }}><span className="m3 cut grow">Mentioned: {f.reference}</span><button type="button" className="link" onClick={() => void link(f.reference)}>Link</button></p>)}
      {e.reports.map((r) => (
        <div key={r.id} className="t12 lnk">
          <p className="row" style={{ gap: 6 }}><span className="cut grow" dir="auto" title={r.title}>{r.title}</span><span className={r.state === "failed" ? "danger" : "m3"}>{r.state === "failed" ? "Not created" : r.attempts ? "Trying again" : "Being created"}</span></p>
          {r.error && <p className={`${r.state === "failed" ? "danger" : "attention"} row`} style={{ gap: 4, alignItems: "flex-start" }}><Warn /><span className="break">{r.error}</span></p>}
          {t.can.edit && (r.state === "failed" || r.error) && <p className="row" style={{ gap: 10 }}><button type="button" className="link" onClick={() => void act("Not tried", "Tried again.", () => api.post(`/tickets/${t.id}/reports/${r.id}/retry`))}>Try again</button>{r.state === "failed" && <button type="button" className="link" onClick={() => void act("Not dropped", "Dropped.", () => api.del(`/tickets/${t.id}/reports/${r.id}`))}>Drop</button>}</p>}
        </div>
      ))}
      {e.known_issues.map((k) => <p key={k.id} className="row t12" style={{ gap: 6, minHeight: 24 }}><Link className="link cut grow" dir="auto" to={`/known-issues/${k.id}` as "/tickets"} title={k.title}>{k.title}</Link><KnownTag of={k} /></p>)}
      {e.links.length + e.reports.length + e.known_issues.length + e.found.length === 0 && !adding && <p className="m3 t12">No issue is linked.</p>}
      {t.can.edit && e.templates.length > 0 && (e.templates.length === 1
        ? <Link className="link t12" to={"/issues/new" as "/tickets"} search={{ ticket: String(t.id), template: e.templates[0].name } as never}>Create {inside(e.templates[0].title)}</Link>
        : <Menu position="bottom-start"><Menu.Target><button type="button" className="link t12">Create an issue</button></Menu.Target><Menu.Dropdown>{e.templates.map((x) => <Menu.Item key={x.name} onClick={() => void go({ to: "/issues/new" as "/tickets", search: { ticket: String(t.id), template: x.name } as never })}>{x.title}<span className="m3 t12"> {x.project}</span></Menu.Item>)}</Menu.Dropdown></Menu>)}
    </section>
  );
}

function AddLink({ ticket, done }: { ticket: number; done: (said?: string) => void }) {
  const [text, setText] = useState("");
  const [waiting, setWaiting] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function add(e: FormEvent) {
    e.preventDefault();
    if (busy || !text.trim()) return;
    setBusy(true);
    setError(null);
    try {
      const l = await api.post<TicketLink>(`/tickets/${ticket}/links`, { reference: text.trim(), waiting });
      done(l.state === "unknown" ? `Linked to ${l.reference}. Its tracker does not answer now; it is read as soon as it does.` : waiting ? `The ticket waits for ${l.reference}.` : `Linked to ${l.reference}.`);
    } catch (err) {
      setError(err);
      setBusy(false);
    }
  }
  return (
    <form className="addlink" onSubmit={add} onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); done(); } }}>
      <TextInput autoFocus size="xs" aria-label="Address of an issue or merge request" placeholder="Address, or group/project#12" value={text} onChange={(e) => setText(e.currentTarget.value)} error={isApiError(error) ? (error.field("reference") ?? sentenceOf(error)) : null} />
      <div className="row" style={{ gap: 8 }}><label className="row t12 grow" style={{ gap: 6 }}><input type="checkbox" checked={waiting} onChange={(e) => setWaiting(e.currentTarget.checked)} />Wait for it, on hold</label><Btn small kind="pri" type="submit" busy={busy}>Link</Btn></div>
    </form>
  );
}
