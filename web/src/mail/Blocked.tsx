/** Senders whose mail is set aside: who blocked them and why, and the way off the list. */
import { TextInput } from "@mantine/core";
import { IconBan } from "@tabler/icons-react";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { isApiError, sentenceOf } from "@/api/error";
import { blocksQuery } from "@/api/query";
import type { BlockedSender } from "@/api/types";
import { useCan } from "@/app/session";
import { SearchBox, useQ } from "@/customer/SearchBox";
import { Btn } from "@/ui/Btn";
import { More } from "@/ui/More";
import { fail, say } from "@/ui/notify";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { When } from "@/ui/When";
import { MailHead } from "./MailTabs";
import "./mail.css";

export function Blocked() {
  const find = useQ();
  const q = useQueryClient();
  const can = useCan("mail.write");
  const query = useInfiniteQuery(blocksQuery(find));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const [sender, setSender] = useState("");
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  useEffect(() => { document.title = "Blocked senders, Steward"; }, []);
  const again = () => q.invalidateQueries({ queryKey: ["mail"] });
  async function block(e: FormEvent) {
    e.preventDefault();
    setWrong(null);
    try {
      const b = await api.post<BlockedSender>("/mail/blocks", { sender, ...(reason ? { reason } : {}) });
      say(`Mail of ${b.sender} is set aside from now on.`, () => unblock(b));
      setSender("");
      setReason("");
      await again();
    } catch (err) {
      setWrong(isApiError(err) ? err.field("sender") ?? sentenceOf(err) : sentenceOf(err));
    }
  }
  async function unblock(b: BlockedSender) {
    try {
      await api.del(`/mail/blocks/${b.id}`);
      say(`Mail of ${b.sender} comes through again. What was set aside is under Suspended.`);
      await again();
    } catch (err) {
      fail(`${b.sender} stays blocked`, err);
    }
  }
  return (
    <main className="pane page" aria-label="Blocked senders">
      <MailHead at="blocked"><SearchBox label="Find an address or domain" /></MailHead>
      {can && <form className="row wrap blockform" onSubmit={block} noValidate>
        <TextInput aria-label="Sender to block" placeholder="Address or domain" value={sender} onChange={(e) => setSender(e.currentTarget.value)} error={wrong} style={{ flex: "1 1 220px" }} autoComplete="off" />
        <TextInput aria-label="Why" placeholder="Why, for colleagues" value={reason} onChange={(e) => setReason(e.currentTarget.value)} maxLength={500} style={{ flex: "1 1 220px" }} />
        <Btn type="submit" aria-disabled={!sender.trim() || undefined}>Block</Btn>
      </form>}
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The list of blocked senders" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconBan size={20} stroke={1.75} aria-hidden />} title={find ? `Nothing blocks ${find}` : "Nobody is blocked"}>{find ? "Mail from there becomes tickets." : "Mail of a blocked sender is set aside for review. You can also block somebody when you mark their ticket as spam."}</Empty>
        : <table className="tbl fixed mailtbl">
          <thead><tr><th>Sender</th><th className="wide">Why</th><th className="num wide" style={{ width: 120 }}>Since</th><th className="acts-col" style={{ width: 130 }}><span className="sr">Actions</span></th></tr></thead>
          {query.isPending ? <SkelRows cols={4} /> : <tbody>{rows.map((b) => (
            <tr key={b.id}>
              <td><p className="cut b5">{b.sender}</p><p className="sub">{b.sender.includes("@") ? "Address" : "Domain, with those below it"}{b.by && `, by ${b.by.name}`}</p></td>
              <td className="m2 break wide">{b.reason || <span className="m3">No reason given</span>}{b.ticket_id !== null && <> <Link className="link in" to={`/tickets/${b.ticket_id}` as "/tickets"}>Ticket {b.ticket_id}</Link></>}</td>
              <td className="num m3 wide"><When at={b.at} /></td>
              <td className="acts-col num">{can && <Btn small aria-label={`Unblock ${b.sender}`} onClick={() => void unblock(b)}>Unblock</Btn>}</td>
            </tr>
          ))}</tbody>}
        </table>}
        <More query={query} />
      </div>
    </main>
  );
}
