/** Incoming mail: what became of each, what could not be understood, what was set aside. */
import { IconAlertTriangle, IconCheck, IconDownload, IconEraser, IconHandStop, IconInbox, IconMailOff, IconTrash } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { foldersQuery, receivedQuery } from "@/api/query";
import type { Received, ReceivedState } from "@/api/types";
import { bytes, receivedWord } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { Tag, Warn, type Meaning } from "@/ui/Tag";
import { Sure } from "@/ui/Sure";
import { When } from "@/ui/When";
import { MailHead } from "./MailTabs";
import { StateFilter, useStateFilter } from "./StateFilter";
import "./mail.css";

const p = { size: 14, stroke: 1.75, "aria-hidden": true } as const;
const look: Record<ReceivedState, [Meaning, React.ReactNode]> = {
  accepted: ["info", <IconInbox {...p} />], ticketed: ["good", <IconCheck {...p} />], noted: ["good", <IconCheck {...p} />], unparsed: ["danger", <IconAlertTriangle {...p} />], suspended: ["attention", <IconHandStop {...p} />], ignored: ["none", <IconInbox {...p} />], bounced: ["attention", <IconMailOff {...p} />], discarded: ["none", <IconTrash {...p} />], erased: ["none", <IconEraser {...p} />],
};

export function ReceivedPage() {
  const state = useStateFilter();
  const q = useQueryClient();
  const query = useInfiniteQuery(receivedQuery(state));
  const folders = useQuery(foldersQuery).data ?? [];
  const [busy, setBusy] = useState(0);
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  useEffect(() => { document.title = "Received mail, Steward"; }, []);
  async function process(m: Received) {
    setBusy(m.id);
    try {
      await api.post(`/mail/received/${m.id}/process`);
      say(m.state === "suspended" ? "Accepted. It becomes part of a ticket." : "Read again.");
      void q.invalidateQueries({ queryKey: ["mail"] });
    } catch (e) {
      fail(m.state === "suspended" ? "It was not accepted" : "It still cannot be read", e);
    }
    setBusy(0);
  }
  async function discard(m: Received) {
    try {
      await api.post(`/mail/received/${m.id}/discard`);
      say("Discarded. It stays downloadable here.");
      await q.invalidateQueries({ queryKey: ["mail"] });
    } catch (e) {
      fail("It was not discarded", e);
    }
  }
  return (
    <main className="pane page" aria-label="Received mail">
      <MailHead at="received" />
      <StateFilter options={[["unparsed", "Not understood"], ["suspended", "Suspended"], ["ticketed", "On a ticket"], ["noted", "On a timeline"], ["bounced", "Bounces"], ["ignored", "Ignored"], ["discarded", "Discarded"]]} />
      {folders.filter((f) => f.error).map((f) => <p key={f.mailbox} className="banner danger"><span className="danger"><Warn /></span><span className="grow"><b className="b6">Mail of {f.mailbox} is not being fetched.</b> {f.error}{f.looked && <> Last looked <When at={f.looked} as="stamp" />.</>}</span></p>)}
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="Received mail" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconInbox size={20} stroke={1.75} aria-hidden />} title={state ? "No mail in this state" : "No mail has come yet"}>Every message is stored as it arrived before anything reads it, and stays downloadable here.</Empty>
        : <table className="tbl fixed mailtbl">
          <thead><tr><th>Mail</th><th style={{ width: 148 }}>Became</th><th className="num wide" style={{ width: 110 }}>Came</th><th className="acts-col" style={{ width: 216 }}><span className="sr">Actions</span></th></tr></thead>
          {query.isPending ? <SkelRows cols={4} /> : <tbody>{rows.map((m) => (
            <tr key={m.id}>
              <td><p className="cut b5" dir="auto"><Link to={`/mail/received/${m.id}` as "/tickets"}>{m.subject || "No subject"}</Link></p><p className="sub cut">{m.from} to {m.to}, {bytes(m.size)}</p>{m.reason && <p className={`t12 break ${m.state === "unparsed" ? "danger" : "m2"}`}>{m.reason}</p>}</td>
              <td><Tag meaning={look[m.state]?.[0]} icon={look[m.state]?.[1]}>{receivedWord[m.state] ?? m.state}</Tag>{m.authentication === "unverified" && <p className="t12 attention" title={m.findings}>Sender not verified</p>}{m.ticket_id !== null && <p className="t12"><Link className="link" to={`/tickets/${m.ticket_id}` as "/tickets"}>Ticket {m.ticket_id}</Link></p>}</td>
              <td className="num m3 wide"><When at={m.received_at} /></td>
              <td className="acts-col"><span className="row" style={{ justifyContent: "flex-end", gap: 6 }}>
                {m.state === "suspended" && <Sure ask="Discard" what="Discard" name={`Discard mail ${m.id}`} onYes={() => discard(m)} />}
                {(m.state === "unparsed" || m.state === "suspended") && <Btn small busy={busy === m.id} onClick={() => void process(m)}>{m.state === "suspended" ? "Accept" : "Try again"}</Btn>}
                <a className="btn quiet sm" href={`/api/v1/mail/received/${m.id}/raw`} download={`mail-${m.id}.eml`} title="Download as it arrived"><IconDownload size={16} stroke={1.75} aria-hidden /><span className="sr">Download mail {m.id}</span></a>
              </span></td>
            </tr>
          ))}</tbody>}
        </table>}
        <More query={query} />
      </div>
    </main>
  );
}
