/** Mail that was set aside: looked through many at once, let through, or discarded. */
import { IconHandStop } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { mailCountsQuery, receivedQuery } from "@/api/query";
import type { Reviewed } from "@/api/types";
import { useCommands } from "@/app/commands";
import { useCan } from "@/app/session";
import { bytes, countOf, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { More } from "@/ui/More";
import { fail, say } from "@/ui/notify";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { Sure } from "@/ui/Sure";
import { Tag, Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import { MailHead } from "./MailTabs";
import "@/desk/desk.css";
import "./mail.css";

const causeWord: Record<string, string> = { ours: "In our own name", sender: "No sender", person: "Suspended person", too_many: "Too many at once", nowhere: "Automatic answer", blocked: "Blocked sender", spam_flag: "Marked as spam", dmarc_fail: "Forged sender", stranger: "Not a colleague", refused: "May not ask for help" };
const said = { recover: "let through", unblock: "let through, and their senders are no longer blocked", discard: "discarded" } as const;
type Decision = keyof typeof said;

export function Suspended() {
  const q = useQueryClient();
  const can = useCan("mail.write");
  const query = useInfiniteQuery(receivedQuery("suspended"));
  const counts = useQuery(mailCountsQuery).data;
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [busy, setBusy] = useState(false);
  const soon = countOf(counts?.received.expiring ?? 0);
  useEffect(() => { document.title = "Suspended mail, Steward"; }, []);
  const here = rows.filter((r) => chosen.has(r.id));
  const toggle = (id: number) => setChosen((s) => {
    const n = new Set(s);
    if (!n.delete(id)) n.add(id);
    return n;
  });
  const all = rows.slice(0, 100).map((r) => r.id);
  async function review(action: Decision, ids: number[]) {
    setBusy(true);
    try {
      const r = await api.post<Reviewed>("/mail/received/review", { ids, action });
      if (r.count) say(`${plural(r.count, "mail")} ${said[action]}.`);
      if (r.left.length) fail(`${plural(r.left.length, "mail")} stood otherwise already`, new Error(r.left[0].reason));
      setChosen(new Set());
      for (const k of ["mail", "places"]) await q.invalidateQueries({ queryKey: [k] });
    } catch (e) {
      fail("Nothing was decided", e);
    }
    setBusy(false);
  }
  useCommands([{ id: "clear-mail", title: "Clear the selection", section: "list", keys: "escape", run: () => setChosen(new Set()), hidden: true }], chosen.size > 0);
  const blocked = here.some((r) => r.cause === "blocked");
  return (
    <main className="pane page" aria-label="Suspended mail">
      <MailHead at="suspended" />
      {soon > 0 && <p className="banner attention"><span className="attention"><Warn /></span><span className="grow">{soon === 1 ? "1 mail goes" : `${soon} mails go`} within two days unless somebody looks.</span></p>}
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="Suspended mail" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconHandStop size={20} stroke={1.75} aria-hidden />} title="Nothing is set aside">Mail that looks like spam, comes from a blocked sender or goes round in a circle waits here for 14 days.</Empty>
        : <table className="tbl fixed mailtbl">
          <thead><tr>{can && <th style={{ width: 52 }}><input type="checkbox" className="mailpick" aria-label="Choose all" checked={all.length > 0 && all.every((id) => chosen.has(id))} onChange={(e) => setChosen(new Set(e.target.checked ? all : []))} /></th>}<th>Mail</th><th style={{ width: 150 }}>Why</th><th className="num wide" style={{ width: 110 }}>Came</th><th className="num wide" style={{ width: 120 }}>Goes</th></tr></thead>
          {query.isPending ? <SkelRows cols={4} /> : <tbody>{rows.map((m) => (
            <tr key={m.id}>
              {can && <td className="pickcell"><input type="checkbox" className="mailpick" aria-label={`Choose ${m.subject || "the mail"} from ${m.from}`} checked={chosen.has(m.id)} onChange={() => toggle(m.id)} /></td>}
              <td><p className="cut b5" dir="auto"><Link to={`/mail/received/${m.id}` as "/tickets"}>{m.subject || "No subject"}</Link></p><p className="sub cut">{m.from} to {m.to}, {bytes(m.size)}</p>{m.reason && <p className="t12 m2 break">{m.reason}</p>}</td>
              <td><Tag meaning="attention" icon={<IconHandStop size={14} stroke={1.75} aria-hidden />}>{causeWord[m.cause ?? ""] ?? "Suspended"}</Tag></td>
              <td className="num m3 wide"><When at={m.received_at} /></td>
              <td className="num m3 wide">{m.expires_at && <When at={m.expires_at} as="stamp" />}</td>
            </tr>
          ))}</tbody>}
        </table>}
        <More query={query} />
      </div>
      {here.length > 0 && (
        <div className="bulk" role="toolbar" aria-label="Chosen mail">
          <span className="grow b5 nw">{here.length} chosen</span>
          <Sure ask="Discard" what={`Discard ${here.length}`} keep="Keep" name="Discard the chosen mail" busy={busy} onYes={() => review("discard", here.map((r) => r.id))} />
          {blocked && <Btn small busy={busy} onClick={() => void review("unblock", here.map((r) => r.id))}>Accept and unblock</Btn>}
          <Btn small kind="pri" busy={busy} onClick={() => void review("recover", here.map((r) => r.id))}>Accept</Btn>
        </div>
      )}
    </main>
  );
}
