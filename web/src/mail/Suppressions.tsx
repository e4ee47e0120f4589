/** Addresses that get no more mail because mail to them came back, and the way off the list. */
import { IconMailOff } from "@tabler/icons-react";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { api } from "@/api/client";
import { suppressionsQuery } from "@/api/query";
import type { Suppression } from "@/api/types";
import { useCan } from "@/app/session";
import { SearchBox, useQ } from "@/customer/SearchBox";
import { fail, say } from "@/ui/notify";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { Sure } from "@/ui/Sure";
import { When } from "@/ui/When";
import { MailHead } from "./MailTabs";
import "./mail.css";

export function Suppressions() {
  const address = useQ();
  const q = useQueryClient();
  const can = useCan("mail.write");
  const query = useInfiniteQuery(suppressionsQuery(address));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  useEffect(() => { document.title = "Suppressed addresses, Steward"; }, []);
  async function lift(s: Suppression) {
    try {
      await api.post(`/mail/suppressions/${s.id}/lift`);
      say(`Mail goes to ${s.address} again. Mail that was withheld is in the outbox; try it again there.`);
      await q.invalidateQueries({ queryKey: ["mail"] });
    } catch (e) {
      fail("It stays on the list", e);
    }
  }
  return (
    <main className="pane page" aria-label="Suppressed addresses">
      <MailHead at="suppressions"><SearchBox label="Find a whole address" /></MailHead>
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The suppression list" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconMailOff size={20} stroke={1.75} aria-hidden />} title={address ? `${address} is not on the list` : "Every address gets its mail"}>{address ? "Mail goes to it. Type the whole address." : "An address comes here when a server says that it does not exist, or refuses it again and again."}</Empty>
        : <table className="tbl fixed mailtbl">
          <thead><tr><th>Address</th><th className="wide">Why</th><th className="num wide" style={{ width: 120 }}>Since</th><th className="acts-col" style={{ width: 210 }}><span className="sr">Actions</span></th></tr></thead>
          {query.isPending ? <SkelRows cols={4} /> : <tbody>{rows.map((s) => (
            <tr key={s.id}>
              <td><p className="cut b5"><Link className="link" to={"/mail/trace" as "/tickets"} search={{ q: s.address } as never} title="Trace this address">{s.address}</Link></p><p className="sub break narrow">{s.reason}, <When at={s.since} /></p></td>
              <td className="m2 break wide">{s.reason}{s.mail_id !== null && <> <Link className="link in" to={`/mail/received/${s.mail_id}` as "/tickets"}>The report</Link></>}</td>
              <td className="num m3 wide"><When at={s.since} /></td>
              <td className="acts-col num">{can && <Sure ask="Remove" what="Send it mail again" keep="Keep it there" name={`Remove ${s.address} from the list`} onYes={() => lift(s)} />}</td>
            </tr>
          ))}</tbody>}
        </table>}
        <More query={query} />
      </div>
    </main>
  );
}
