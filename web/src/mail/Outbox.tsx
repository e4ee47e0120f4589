/** Outgoing mail: what waits, what failed and why, and the hand that helps. */
import { IconAlertTriangle, IconCheck, IconClock, IconMail, IconPlayerPause } from "@tabler/icons-react";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { outboxQuery } from "@/api/query";
import type { DeliveryState, Outgoing } from "@/api/types";
import { deliveryWord, plural } from "@/lib/words";
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
const look: Record<DeliveryState, [Meaning, React.ReactNode]> = {
  queued: ["none", <IconClock {...p} />], sending: ["info", <IconClock {...p} />], sent: ["good", <IconCheck {...p} />], failed: ["danger", <IconAlertTriangle {...p} />],
  held: ["attention", <IconPlayerPause {...p} />], withheld: ["attention", <IconPlayerPause {...p} />], cancelled: ["none", <IconPlayerPause {...p} />],
};

export function OutboxPage() {
  const state = useStateFilter();
  const q = useQueryClient();
  const query = useInfiniteQuery(outboxQuery(state));
  const [busy, setBusy] = useState<string | null>(null);
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const held = rows.filter((m) => m.state === "held").length;
  useEffect(() => { document.title = "Outbox, Steward"; }, []);
  async function act(path: string, said: string, what: string) {
    setBusy(path);
    try {
      await api.post(`/mail/outbox/${path}`);
      say(said);
      void q.invalidateQueries({ queryKey: ["mail"] });
    } catch (e) {
      fail(what, e);
    }
    setBusy(null);
  }
  const buttons = (m: Outgoing) => (
    <span className="row" style={{ justifyContent: "flex-end", gap: 6 }}>
      {(m.state === "failed" || m.state === "cancelled" || m.state === "withheld") && <Btn small busy={busy === `${m.id}/retry`} onClick={() => void act(`${m.id}/retry`, "It will be tried again now.", "It was not queued again")}>Try again</Btn>}
      {(m.state === "queued" || m.state === "failed" || m.state === "held") && <Btn small kind="quiet" busy={busy === `${m.id}/cancel`} onClick={() => void act(`${m.id}/cancel`, "Cancelled. It will not be sent.", "It was not cancelled")}>Cancel</Btn>}
    </span>
  );
  return (
    <main className="pane page" aria-label="Outbox">
      <MailHead at="outbox">{held > 0 && <Btn busy={busy === "release"} onClick={() => void act("release", "Held mail is released.", "Held mail was not released")}>Release {plural(held, "held message")}</Btn>}</MailHead>
      <StateFilter options={[["queued", "Waiting"], ["failed", "Not delivered"], ["held", "Held"], ["withheld", "Withheld"], ["sent", "Sent"]]} />
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The outbox" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconMail size={20} stroke={1.75} aria-hidden />} title={state ? "No mail in this state" : "No mail has left yet"}>Replies to customers pass through here, with what the mail server answered.</Empty>
        : <table className="tbl fixed mailtbl">
          <thead><tr><th>Mail</th><th style={{ width: 148 }}>State</th><th className="num wide" style={{ width: 110 }}>When</th><th className="acts-col" style={{ width: 176 }}><span className="sr">Actions</span></th></tr></thead>
          {query.isPending ? <SkelRows cols={4} /> : <tbody>{rows.map((m) => (
            <tr key={m.id}>
              <td><p className="cut b5" dir="auto">{m.ticket_id !== null ? <Link to={`/tickets/${m.ticket_id}` as "/tickets"}>{m.subject}</Link> : m.subject}</p>
                <p className="sub cut">To {m.to.join(", ")}</p>{m.error && <p className="t12 danger break">{m.error}</p>}{m.uncertain && <p className="t12 attention">May have been delivered twice</p>}</td>
              <td><Tag meaning={look[m.state]?.[0]} icon={look[m.state]?.[1]}>{deliveryWord[m.state] ?? m.state}</Tag>{m.attempts > 1 && <p className="sub">{m.attempts} tries</p>}</td>
              <td className="num m3 wide">{m.sent_at ? <When at={m.sent_at} /> : m.not_before ? <When at={m.not_before} /> : ""}</td>
              <td className="acts-col">{buttons(m)}</td>
            </tr>
          ))}</tbody>}
        </table>}
        <More query={query} />
      </div>
    </main>
  );
}
