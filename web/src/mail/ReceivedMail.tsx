/** One received mail, read safely: nothing in it runs or is fetched. What waits can be accepted or discarded. */
import { IconDownload, IconFileText } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { receivedMailQuery } from "@/api/query";
import { PageSkeleton } from "@/app/Missing";
import { useCan } from "@/app/session";
import { bytes, receivedWord } from "@/lib/words";
import { Html } from "@/timeline/Html";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Failure } from "@/ui/State";
import { Sure } from "@/ui/Sure";
import { Tag, Tick, Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import "./mail.css";

export function ReceivedMailPage() {
  const id = Number((useParams({ strict: false }) as { id: string }).id);
  const q = useQueryClient();
  const go = useNavigate();
  const can = useCan("mail.write");
  const query = useQuery(receivedMailQuery(id));
  const [busy, setBusy] = useState(false);
  const m = query.data;
  useEffect(() => { if (m) document.title = `${m.subject || "Mail"}, Steward`; }, [m]);
  if (query.isError && !m) return <main className="pane page"><Failure what="This mail" error={query.error} retry={() => query.refetch()} /></main>;
  if (!m) return <PageSkeleton />;
  const waits = m.state === "suspended" || m.state === "unparsed";
  async function act(path: "process" | "discard", said: string, what: string) {
    setBusy(true);
    try {
      await api.post(`/mail/received/${id}/${path}`);
      say(said);
      await q.invalidateQueries({ queryKey: ["mail"] });
      if (path === "discard") void go({ to: "/mail/received" as "/tickets", search: { state: m!.state } as never });
    } catch (e) {
      fail(what, e);
    }
    setBusy(false);
  }
  return (
    <main className="pane page" aria-label={m.subject || "Received mail"}>
      <header className="top">
        <p className="t12 m3" style={{ marginBottom: 4 }}><Link className="link" to={"/mail/received" as "/tickets"}>Received</Link></p>
        <div className="row wrap" style={{ gap: 12 }}>
          <div className="grow" style={{ flexBasis: 240 }}><h1 className="t20 b6 break" dir="auto">{m.subject || "No subject"}</h1>
            <p className="row wrap t12 m2" style={{ gap: 10, marginTop: 2 }}><span>{receivedWord[m.state] ?? m.state}</span><span className="m3"><When at={m.received_at} as="stamp" />, {bytes(m.size)}</span>{m.ticket_id !== null && <Link className="link" to={`/tickets/${m.ticket_id}` as "/tickets"}>Ticket {m.ticket_id}</Link>}</p></div>
          <a className="btn" href={`/api/v1/mail/received/${m.id}/raw`} download={`mail-${m.id}.eml`}><IconDownload size={16} stroke={1.75} aria-hidden />As it arrived</a>
          {waits && can && <><Sure ask="Discard" what="Discard this mail" name="Discard this mail" onYes={() => act("discard", "Discarded. It stays downloadable here.", "It was not discarded")} /><Btn kind="pri" busy={busy} onClick={() => act("process", m.state === "suspended" ? "Accepted. It becomes part of a ticket." : "Read again.", "It was not accepted")}>{m.state === "suspended" ? "Accept" : "Try again"}</Btn></>}
        </div>
      </header>
      {m.reason && <p className={`banner ${m.state === "unparsed" ? "danger" : "attention"}`}><span className={m.state === "unparsed" ? "danger" : "attention"}><Warn /></span><span className="grow">{m.reason}</span></p>}
      {m.problems.map((x) => <p key={x} className="banner attention"><span className="grow">{x}</span></p>)}
      <div className="scroll">
        <section className="block" aria-label="Who wrote to whom"><dl className="props">
          <dt>From</dt><dd className="wrap"><span className="break">{m.from_name && <b className="b5">{m.from_name} </b>}{m.from}</span>{m.authentication === "verified" ? <Tag meaning="good" icon={<Tick />} title={m.findings}>Verified</Tag> : m.authentication === "unverified" ? <Tag meaning="attention" icon={<Warn />} title={m.findings}>Could not be verified</Tag> : null}</dd>
          {m.findings && <><dt>Found</dt><dd className="m2 break">{m.findings}</dd></>}
          <dt>To</dt><dd className="break">{m.recipients.join(", ") || m.to}</dd>
          <dt>Message-ID</dt><dd>{m.message_id ? <Link className="mono link break" to={"/mail/trace" as "/tickets"} search={{ q: m.message_id } as never} title="Trace this mail">{m.message_id}</Link> : <span className="m3">None</span>}</dd>
        </dl></section>
        <section className="block" aria-label="Message" style={{ border: 0, maxWidth: "76ch", fontSize: 14 }}>
          {m.html ? <Html html={m.html} remote={false} /> : m.text ? <p dir="auto" style={{ whiteSpace: "pre-wrap" }} className="break">{m.text}</p> : <p className="m3">Nothing in it can be shown. Download it as it arrived.</p>}
          {m.attachments.length > 0 && <ul className="row wrap" style={{ gap: 6, marginTop: 12 }}>{m.attachments.map((f, i) => <li key={i} className="tag" title={f.content_type}><IconFileText size={14} stroke={1.75} aria-hidden />{f.filename}<span className="m3">{bytes(f.size)}</span></li>)}</ul>}
        </section>
      </div>
    </main>
  );
}
