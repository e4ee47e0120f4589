/** Issues that tickets are linked to: how many wait, whose they are, and what these are worth. */
import { IconBug } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { phrase } from "@/language/phrase";
import { Choice } from "@/ui/Choice";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { issuesQuery } from "./query";
import { EngineeringHead } from "./Tabs";
import "./engineering.css";
import { Confidential, IssueTag, money } from "./words";

const sorts = [["interest", "Most tickets"], ["revenue", "Most revenue"]] as const;
const states = [["open", phrase("Open", "what is to do")], ["done", "Done"], ["", "All"]] as const;

export function Issues() {
  const go = useNavigate();
  const s = useSearch({ strict: false }) as Record<string, string | undefined>;
  const sort = s.sort ?? "interest", state = s.state ?? "open";
  const query = useInfiniteQuery(issuesQuery(sort, state === "all" ? "" : state));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  useEffect(() => { document.title = "Issues, Steward"; }, []);
  const set = (more: object) => void go({ to: "." as never, search: ((was: object) => ({ ...was, ...more })) as never });
  return (
    <main className="pane page" aria-label="Issues">
      <EngineeringHead at="issues" sub="What customers wait for, by how many ask and what they are worth" />
      <div className="row wrap chips">
        <Choice label={phrase("Sort", "a list")} value={sort} options={sorts} onChange={(k) => set({ sort: k === "interest" ? undefined : k })} />
        <Choice label="State" value={state === "all" ? "" : state} options={states} onChange={(k) => set({ state: k === "open" ? undefined : k || "all" })} />
      </div>
      <div className="scroll">
        {query.isError && rows.length === 0 ? <Failure what="The list of issues" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconBug size={20} stroke={1.75} aria-hidden />} title={state === "open" ? "No open issue has a ticket behind it" : "No ticket is linked to an issue"}>Link a ticket to an issue beside its properties. Then this list says how many customers ask for it.</Empty>
        : <table className="tbl fixed">
          <thead><tr><th>Issue</th><th className="wide" style={{ width: 116 }}>State</th><th className="num" style={{ width: 64 }}>Tickets</th><th className="num wide" style={{ width: 116 }}>Organizations</th><th className="num" style={{ width: 148 }}>Revenue</th></tr></thead>
          {query.isPending ? <SkelRows cols={5} /> : <tbody>{rows.map((i) => (
            <tr key={i.id}>
              <td><p className="cut isstitle"><Link className="link b5" dir="auto" to={`/issues/${i.id}` as "/tickets"} title={i.title || i.reference}>{i.title || i.reference}</Link></p>
                <p className="sub cut row" style={{ gap: 8 }}><span className="cut">{i.reference}</span>{i.confidential && <Confidential />}{i.known_issues.length > 0 && <span className="wide">Known issue</span>}</p></td>
              <td className="wide"><IssueTag of={i} /></td>
              <td className="num b6">{i.tickets}</td><td className="num wide">{i.organizations}</td><td className="num">{money(i) || <span className="m3">Not set up</span>}</td>
            </tr>
          ))}</tbody>}
        </table>}
        <More query={query} />
      </div>
    </main>
  );
}
