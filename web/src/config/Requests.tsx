/** Changes that wait for somebody else's approval, and those that did. */
import { IconUsersGroup } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { requestsQuery } from "@/api/query";
import type { ChangeRequest, RequestState } from "@/api/configuration";
import { phrase } from "@/language/phrase";
import { StateFilter, useStateFilter } from "@/mail/StateFilter";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { Tag, Tick, Warn, type Meaning } from "@/ui/Tag";
import { When } from "@/ui/When";
import { sumText } from "./Changes";
import { titleOf } from "./message";
import { ConfigTabs } from "./ConfigTabs";
import "./config.css";

const look: Record<RequestState, [Meaning, string]> = { open: ["attention", "Waits for approval"], approved: ["info", "Approved"], applied: ["good", "Applied"], rejected: ["danger", "Rejected"], withdrawn: ["none", "Withdrawn"] };
export function RequestTag({ request: r }: { request: ChangeRequest }) {
  if (r.state === "open" && r.may_approve) return <Tag meaning="attention" icon={<Warn />}>Waits for you</Tag>;
  const [meaning, word] = look[r.state];
  return <Tag meaning={meaning} icon={r.state === "applied" || r.state === "approved" ? <Tick /> : r.state === "open" || r.state === "rejected" ? <Warn /> : undefined}>{word}</Tag>;
}

export function Requests() {
  const state = useStateFilter();
  const query = useInfiniteQuery(requestsQuery(state));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  useEffect(() => { document.title = "Change requests, Steward"; }, []);
  return (
    <main className="pane page" aria-label="Change requests">
      <header className="top"><h1 className="t20 b6">Configuration</h1><p className="sub">Changes that a policy lets nobody apply alone</p></header>
      <ConfigTabs at="requests" />
      <StateFilter options={[["open", "Waiting"], ["approved", "Approved"], ["applied", "Applied"], ["rejected", "Rejected"], ["withdrawn", "Withdrawn"]]} />
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The list of change requests" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconUsersGroup size={20} stroke={1.75} aria-hidden />} title={state ? "No request in this state" : "Nothing waits for approval"}>A text of kind policy says which changes need a second pair of eyes. They are listed here until they apply.</Empty>
        : <table className="tbl fixed">
          <thead><tr><th style={{ width: 92 }}>{phrase("Request", "for a change")}</th><th>Why</th><th className="wide" style={{ width: 150 }}>What</th><th className="wide" style={{ width: 190 }}>By</th><th style={{ width: 164 }}>State</th><th className="num wide" style={{ width: 120 }}>Edited</th></tr></thead>
          {query.isPending ? <SkelRows cols={6} /> : <tbody>{rows.map((r) => (
            <tr key={r.id}>
              <td><Link className="link b5" to={`/configuration/requests/${r.id}` as "/tickets"}>{r.id}</Link></td>
              <td className="break"><Link to={`/configuration/requests/${r.id}` as "/tickets"}>{titleOf(r.message) || "No message"}</Link>{r.stale && <p className="sub">Must be planned again</p>}</td>
              <td className="m2 cut wide">{sumText(r.counts)}</td><td className="m2 cut wide">{r.author.name}</td><td><RequestTag request={r} /></td><td className="num m3 nw wide"><When at={r.edited_at} /></td>
            </tr>
          ))}</tbody>}
        </table>}
        <More query={query} />
      </div>
    </main>
  );
}
