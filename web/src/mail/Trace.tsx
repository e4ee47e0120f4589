/** Where is that mail? Everything known about an address or one mail, newest first. */
import { IconAlertTriangle, IconArrowDownLeft, IconArrowUpRight, IconBan, IconMailOff, IconRoute } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { isApiError, sentenceOf } from "@/api/error";
import { traceQuery } from "@/api/query";
import type { TraceItem } from "@/api/types";
import { SearchBox, useQ } from "@/customer/SearchBox";
import { phrase } from "@/language/phrase";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { Tag, Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import { MailHead } from "./MailTabs";
import "./mail.css";

const p = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
const look: Record<TraceItem["kind"], [string, React.ReactNode]> = {
  received: ["Came", <IconArrowDownLeft {...p} className="m3" />], refused: ["Refused", <IconBan {...p} className="danger" />], sent: [phrase("Left", "mail"), <IconArrowUpRight {...p} className="m3" />],
  bounce: ["Came back", <IconAlertTriangle {...p} className="danger" />], suppression: ["Suppressed", <IconMailOff {...p} className="attention" />],
};

export function TracePage() {
  const q = useQ();
  const query = useInfiniteQuery({ ...traceQuery(q), enabled: q !== "" });
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const unread = query.isError && isApiError(query.error) && query.error.status === 422;
  useEffect(() => { document.title = q ? `${q}, trace, Steward` : "Trace mail, Steward"; }, [q]);
  return (
    <main className="pane page" aria-label="Trace mail">
      <MailHead at="trace"><SearchBox label="An address or a Message-ID" /></MailHead>
      <div className="scroll">
        {q === "" ? <Empty icon={<IconRoute size={20} stroke={1.75} aria-hidden />} title="Where is that mail?">Type an address, or a Message-ID in angle brackets. You see what came, what left, what a server reported, and whether the address is suppressed.</Empty>
        : unread ? <Empty title="This cannot be traced">{sentenceOf(query.error)}</Empty>
        : query.isError && !query.data ? <Failure what="The trace" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty title={`Nothing is known about ${q}`}>No mail came from it or left for it, as far as it is kept. Check the spelling.</Empty>
        : <table className="tbl fixed mailtbl trace">
          <thead><tr><th style={{ width: 132 }}>What</th><th>Mail</th><th className="num" style={{ width: 130 }}>When</th></tr></thead>
          {query.isPending ? <SkelRows cols={3} /> : <tbody>{rows.map((t, i) => <tr key={i}><td><span className="row" style={{ gap: 6 }}>{look[t.kind][1]}{look[t.kind][0]}</span></td><td><Step of={t} /></td><td className="num m3"><When at={t.at} as="stamp" /></td></tr>)}</tbody>}
        </table>}
        <More query={query} />
      </div>
    </main>
  );
}

function Step({ of: t }: { of: TraceItem }) {
  const mail = t.received ?? t.sent ?? t.refused;
  const ticket = t.received?.ticket_id ?? t.sent?.ticket_id ?? t.bounce?.ticket_id ?? null;
  const report = t.bounce?.mail_id ?? t.suppression?.mail_id ?? null;
  return (
    <>
      {mail && <p className="cut b5" dir="auto">{t.received ? <Link to={`/mail/received/${t.received.id}` as "/tickets"}>{mail.subject || "No subject"}</Link> : mail.subject || "No subject"}</p>}
      <p className={`break ${mail ? "t12 m2" : "b5"}`}>{t.summary}{t.received?.authentication === "unverified" && <> <Tag meaning="attention" icon={<Warn />} title={t.received.findings}>Sender not verified</Tag></>}</p>
      {t.bounce?.diagnostic && <p className="sub break">The server said: {t.bounce.diagnostic}</p>}
      {t.sent?.error && <p className="t12 danger break">{t.sent.error}</p>}
      {(ticket !== null || report !== null || t.suppression) && <p className="t12 row wrap" style={{ gap: 12 }}>{ticket !== null && <Link className="link" to={`/tickets/${ticket}` as "/tickets"}>Ticket {ticket}</Link>}{report !== null && <Link className="link" to={`/mail/received/${report}` as "/tickets"}>The report</Link>}{t.suppression && <Link className="link" to={"/mail/suppressions" as "/tickets"} search={{ q: t.suppression.address } as never}>Suppression list</Link>}</p>}
      {mail?.message_id && <p className="mono m3 cut wide" title={mail.message_id}>{mail.message_id}</p>}
    </>
  );
}
