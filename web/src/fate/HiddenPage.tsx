/** Deleted tickets and spam: what is put away, until when, and the way back. */
import { IconBan, IconTrash } from "@tabler/icons-react";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useAttempt } from "@/api/attempt";
import { api } from "@/api/client";
import { hiddenTicketsQuery } from "@/api/query";
import type { Batch } from "@/api/types";
import { useCommands } from "@/app/commands";
import { useCan } from "@/app/session";
import { track } from "@/bulk/tray";
import { phrase } from "@/language/phrase";
import { number } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { More } from "@/ui/More";
import { fail } from "@/ui/notify";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { When } from "@/ui/When";
import { restore } from "./refresh";
import "@/desk/desk.css";
import "@/mail/mail.css";

export function HiddenPage() {
  const spam = (useSearch({ strict: false }) as Record<string, string | undefined>).hidden === "spam";
  const q = useQueryClient();
  const go = useNavigate();
  const can = useCan("ticket.restore");
  const query = useInfiniteQuery(hiddenTicketsQuery(spam ? "spam" : "deleted"));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const [busy, setBusy] = useState(0);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const attempt = useAttempt();
  const here = rows.filter((r) => chosen.has(r.id)).map((r) => r.id);
  const toggle = (id: number) => setChosen((s) => {
    const n = new Set(s);
    if (!n.delete(id)) n.add(id);
    return n;
  });
  useEffect(() => setChosen(new Set()), [spam]);
  useCommands([{ id: "clear-hidden", title: "Clear the selection", section: "list", keys: "escape", run: () => setChosen(new Set()), hidden: true }], chosen.size > 0);
  async function restoreAll() {
    setBusy(-1);
    const body = { tickets: here, change: { fate: "restore" } };
    try {
      track(await api.post<Batch>("/bulk", body, attempt.key(body)));
      attempt.over();
      setChosen(new Set());
    } catch (e) {
      fail("Nothing was restored", e);
    }
    setBusy(0);
  }
  useEffect(() => { document.title = `${spam ? phrase("Spam") : "Deleted tickets"}, Steward`; }, [spam]);
  const tab = (on: boolean, to: string | undefined, word: string) => <button type="button" className={on ? "on" : ""} aria-current={on ? "page" : undefined} onClick={() => void go({ to: "." as never, replace: true, search: { hidden: to } as never })}>{word}</button>;
  return (
    <main className="pane page" aria-label={spam ? "Spam" : "Deleted tickets"}>
      <header className="top"><p className="t12 m3" style={{ marginBottom: 4 }}><Link className="link" to="/tickets">Tickets</Link></p><h1 className="t20 b6">Deleted tickets and spam</h1><p className="sub">After 30 days they go for good: messages, files and mail. Until then they come back as they were.</p></header>
      <nav className="tabs" aria-label="Deleted or spam">{tab(!spam, undefined, phrase("Deleted"))}{tab(spam, "spam", phrase("Spam"))}</nav>
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The list" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={spam ? <IconBan size={20} stroke={1.75} aria-hidden /> : <IconTrash size={20} stroke={1.75} aria-hidden />} title={spam ? "No spam" : "No deleted ticket"}>{spam ? "Tickets that are marked as spam wait here for 30 days." : "Tickets that are deleted wait here for 30 days."}</Empty>
        : <table className="tbl fixed mailtbl">
          <thead><tr>{can && <th style={{ width: 52 }}><input type="checkbox" className="mailpick" aria-label="Choose all" checked={rows.length > 0 && here.length === rows.length} onChange={(e) => setChosen(new Set(e.target.checked ? rows.map((r) => r.id) : []))} /></th>}<th>Ticket</th><th className="wide" style={{ width: 150 }}>{spam ? "Marked" : "Deleted"}</th><th className="wide" style={{ width: 170 }}>Goes for good</th><th className="acts-col" style={{ width: 130 }}><span className="sr">Actions</span></th></tr></thead>
          {query.isPending ? <SkelRows cols={4} /> : <tbody>{rows.map((r) => (
            <tr key={r.id}>
              {can && <td className="pickcell"><input type="checkbox" className="mailpick" aria-label={`Choose ticket ${r.id}`} checked={chosen.has(r.id)} onChange={() => toggle(r.id)} /></td>}
              <td><p className="cut b5" dir="auto"><Link to={`/tickets/${r.id}` as "/tickets"}>{r.subject}</Link></p><p className="sub cut">#{r.id}, {r.requester.name}{r.organization && `, ${r.organization.name}`}</p><p className="sub narrow">Goes for good <When at={r.purge_at} as="stamp" /></p></td>
              <td className="m3 wide"><When at={r.hidden_at} /></td><td className="m3 wide"><When at={r.purge_at} as="stamp" /></td>
              <td className="acts-col num">{can && <Btn small busy={busy === r.id} onClick={() => { setBusy(r.id); void restore(q, r.id).finally(() => setBusy(0)); }}>{spam ? "Not spam" : "Restore"}</Btn>}</td>
            </tr>
          ))}</tbody>}
        </table>}
        <More query={query} />
      </div>
      {here.length > 0 && (
        <div className="bulk" role="toolbar" aria-label="Chosen tickets">
          <span className="grow b5 nw">{number(here.length)} chosen</span>
          <Btn small kind="pri" busy={busy === -1} onClick={() => void restoreAll()}>{spam ? "No spam: restore them" : "Restore them"}</Btn>
        </div>
      )}
    </main>
  );
}
