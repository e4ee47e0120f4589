/** The demonstration's mail catcher: what customers would have received, and a way to answer as them. */
import { Textarea } from "@mantine/core";
import { IconMailOpened } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { sentenceOf } from "@/api/error";
import { catcherQuery, caughtQuery } from "@/api/query";
import { usePages } from "@/lib/useMedia";
import { Html } from "@/timeline/Html";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { More } from "@/ui/More";
import { Empty, Failure, Skel } from "@/ui/State";
import { Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import { MailHead } from "./MailTabs";
import "./mail.css";

const toText = (to: string | string[]) => (Array.isArray(to) ? to.join(", ") : to);

export function Catcher() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const pages = usePages();
  const query = useInfiniteQuery({ ...catcherQuery, refetchInterval: 10_000 });
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  useEffect(() => { document.title = "Caught mail, Steward"; }, []);
  const list = (
    <div className="scroll" role="list" aria-label="Caught mail">
      {query.isError && !query.data && <Failure what="Caught mail" error={query.error} retry={() => query.refetch()} />}
      {query.isPending && Array.from({ length: 6 }, (_, i) => <div key={i} className="cm"><Skel w="70%" /><Skel w="45%" h={10} style={{ marginTop: 8 }} /></div>)}
      {query.isSuccess && rows.length === 0 && <Empty icon={<IconMailOpened size={20} stroke={1.75} aria-hidden />} title="Nothing caught yet" action={<Link className="btn" to="/tickets">Open the desk</Link>}>Reply to a ticket and the message appears here, as the customer would see it.</Empty>}
      {rows.map((m) => (
        <div role="listitem" key={m.id}><Link className={`cm${String(m.id) === id ? " on" : ""}`} aria-current={String(m.id) === id ? "true" : undefined} to={`/mail/catcher/${m.id}` as "/tickets"}>
          <span className="row"><b className="b5 grow cut" dir="auto">{m.subject}</b><When at={m.at} className="t12 m3 nw" /></span><span className="sub cut" style={{ display: "block" }}>To {toText(m.to)}</span>
        </Link></div>
      ))}
      <More query={query} />
    </div>
  );
  if (pages && id) return <main className="pane page" aria-label="Caught mail"><h1 className="sr">Caught mail</h1><Caught id={Number(id)} /></main>;
  return (
    <main className="pane page" aria-label="Caught mail">
      <MailHead at="catcher" />
      <div className="halves">{list}{id ? <Caught key={id} id={Number(id)} /> : !pages && <Empty title="Open a message">It shows what the customer would have received. You can answer in their name.</Empty>}</div>
    </main>
  );
}

function Caught({ id }: { id: number }) {
  const q = useQueryClient();
  const query = useQuery(caughtQuery(id));
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const m = query.data;
  async function reply() {
    if (busy || !text.trim()) return;
    setBusy(true);
    setError(null);
    try {
      await api.post(`/mail/catcher/${id}/reply`, { text });
      setText("");
      say("Answered as the customer. The reply arrives on the ticket in a moment.");
      void q.invalidateQueries({ queryKey: ["mail"] });
    } catch (e) {
      setError(sentenceOf(e));
    }
    setBusy(false);
  }
  if (query.isError && !m) return <Failure what="This message" error={query.error} retry={() => query.refetch()} />;
  if (!m) return <div style={{ padding: 24 }}><Skel w="50%" h={16} /><Skel w="70%" style={{ marginTop: 16 }} /></div>;
  return (
    <article className="col" style={{ flex: 1, minHeight: 0 }} aria-label={m.subject}>
      <div className="scroll" style={{ padding: "16px 24px" }}>
        <p className="t12 cm-back"><Link className="link" to={"/mail/catcher" as "/tickets"}>Caught mail</Link></p>
        <h2 className="t16 b6 break" dir="auto">{m.subject}</h2>
        <p className="sub break">From {m.from}</p><p className="sub break">To {toText(m.to)}, <When at={m.at} as="stamp" /></p>
        <div style={{ marginTop: 16 }}>{m.html ? <Html html={m.html} remote={false} /> : <p className="t14 break" style={{ whiteSpace: "pre-wrap" }}>{m.text}</p>}</div>
      </div>
      <form className="cmreply" onSubmit={(e) => { e.preventDefault(); void reply(); }}>
        <Textarea label="Reply as the customer" autosize minRows={2} maxRows={10} value={text} onChange={(e) => setText(e.currentTarget.value)} onKeyDown={(e) => (e.ctrlKey || e.metaKey) && e.key === "Enter" && void reply()} />
        {error && <p className="banner danger" role="alert"><span className="danger"><Warn /></span>{error} Your text is kept.</p>}
        <div className="row"><span className="grow sub">Goes through the same door as real mail</span><Btn kind={text.trim() ? "pri" : "plain"} type="submit" busy={busy}>Reply as customer</Btn></div>
      </form>
    </article>
  );
}
