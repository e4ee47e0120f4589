/** Incoming mail: what became of each, what could not be understood, what was set aside. */
import { IconAlertTriangle, IconCheck, IconDownload, IconHandStop, IconInbox } from "@tabler/icons-react";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { receivedQuery } from "@/api/query";
import type { Received, ReceivedState } from "@/api/types";
import { bytes, receivedWord } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { Tag, type Meaning } from "@/ui/Tag";
import { When } from "@/ui/When";
import { MailHead } from "./MailTabs";
import { StateFilter, useStateFilter } from "./StateFilter";
import "./mail.css";

const p = { size: 14, stroke: 1.75, "aria-hidden": true } as const;
const look: Record<ReceivedState, [Meaning, React.ReactNode]> = {
  accepted: ["info", <IconInbox {...p} />], ticketed: ["good", <IconCheck {...p} />], unparsed: ["danger", <IconAlertTriangle {...p} />], suspended: ["attention", <IconHandStop {...p} />], ignored: ["none", <IconInbox {...p} />],
};

export function ReceivedPage() {
  const state = useStateFilter();
  const q = useQueryClient();
  const query = useInfiniteQuery(receivedQuery(state));
  const [busy, setBusy] = useState(0);
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  useEffect(() => { document.title = "Received mail, Steward"; }, []);
  async function process(m: Received) {
    setBusy(m.id);
    try {
      await api.post(`/mail/received/${m.id}/process`);
      say(m.state === "suspended" ? "Released. It becomes part of a ticket." : "Read again.");
      void q.invalidateQueries({ queryKey: ["mail"] });
    } catch (e) {
      fail(m.state === "suspended" ? "It was not released" : "It still cannot be read", e);
    }
    setBusy(0);
  }
  return (
    <main className="pane page" aria-label="Received mail">
      <MailHead at="received" />
      <StateFilter options={[["unparsed", "Not understood"], ["suspended", "Suspended"], ["ticketed", "On a ticket"], ["ignored", "Ignored"]]} />
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="Received mail" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconInbox size={20} stroke={1.75} aria-hidden />} title={state ? "No mail in this state" : "No mail has come yet"}>Every message is stored as it arrived before anything reads it, and stays downloadable here.</Empty>
        : <table className="tbl fixed mailtbl">
          <thead><tr><th>Mail</th><th style={{ width: 148 }}>Became</th><th className="num wide" style={{ width: 110 }}>Came</th><th className="acts-col" style={{ width: 176 }}><span className="sr">Actions</span></th></tr></thead>
          {query.isPending ? <SkelRows cols={4} /> : <tbody>{rows.map((m) => (
            <tr key={m.id}>
              <td><p className="cut b5" dir="auto">{m.subject || "No subject"}</p><p className="sub cut">{m.from} to {m.to}, {bytes(m.size)}</p>{m.reason && <p className={`t12 break ${m.state === "unparsed" ? "danger" : "m2"}`}>{m.reason}</p>}</td>
              <td><Tag meaning={look[m.state]?.[0]} icon={look[m.state]?.[1]}>{receivedWord[m.state] ?? m.state}</Tag>{m.ticket_id !== null && <p className="t12"><Link className="link" to={`/tickets/${m.ticket_id}` as "/tickets"}>Ticket {m.ticket_id}</Link></p>}</td>
              <td className="num m3 wide"><When at={m.received_at} /></td>
              <td className="acts-col"><span className="row" style={{ justifyContent: "flex-end", gap: 6 }}>
                {(m.state === "unparsed" || m.state === "suspended") && <Btn small busy={busy === m.id} onClick={() => void process(m)}>{m.state === "suspended" ? "Release" : "Try again"}</Btn>}
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
