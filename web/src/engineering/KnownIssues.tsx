/** Known issues: what is wrong, what helps meanwhile, and how many have it. */
import { IconNotes, IconPlus } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useCan } from "@/app/session";
import { phrase } from "@/language/phrase";
import { Choice } from "@/ui/Choice";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { When } from "@/ui/When";
import { knownsQuery } from "./query";
import { EngineeringHead } from "./Tabs";
import "./engineering.css";
import { KnownTag } from "./words";

const states = [["open", phrase("Open", "what is to do")], ["fixed", "Fixed"], ["wont_fix", "Will not be fixed"], ["", "All"]] as const;

export function KnownIssues() {
  const go = useNavigate();
  const state = (useSearch({ strict: false }) as Record<string, string | undefined>).state ?? "";
  const query = useInfiniteQuery(knownsQuery(state));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const can = useCan("known_issue.write");
  useEffect(() => { document.title = "Known issues, Steward"; }, []);
  const add = can ? <Link className="btn" to={"/known-issues/new" as "/tickets"}><IconPlus size={16} stroke={1.75} aria-hidden />New known issue</Link> : undefined;
  return (
    <main className="pane page" aria-label="Known issues">
      <EngineeringHead at="known" sub="What is known to be wrong, and what helps meanwhile">{rows.length > 0 && add}</EngineeringHead>
      <div className="chips"><Choice label="State" value={state} options={states} onChange={(k) => void go({ to: "." as never, search: { state: k || undefined } as never })} /></div>
      <div className="scroll">
        {query.isError && rows.length === 0 ? <Failure what="The list of known issues" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconNotes size={20} stroke={1.75} aria-hidden />} title={state ? "None in this state" : "No known issue yet"} action={add}>Write down what is wrong and what helps. Colleagues insert it into their answers, and all who have it hear when it is fixed.</Empty>
        : <table className="tbl fixed">
          <thead><tr><th>Known issue</th><th style={{ width: 148 }}>State</th><th className="wide" style={{ width: 180 }}>Affected</th><th className="num wide" style={{ width: 76 }}>Tickets</th><th className="num wide" style={{ width: 110 }}>Changed</th></tr></thead>
          {query.isPending ? <SkelRows cols={5} /> : <tbody>{rows.map((k) => (
            <tr key={k.id}>
              <td><p className="cut isstitle"><Link className="link b5" dir="auto" to={`/known-issues/${k.id}` as "/tickets"} title={k.title}>{k.title}</Link></p><p className="sub cut">{k.workaround ? k.workaround.split("\n")[0] : "No workaround yet"}</p></td>
              <td><KnownTag of={k} /></td><td className="cut wide m2">{k.affected.join(", ")}</td><td className="num wide">{k.tickets}</td><td className="num m3 wide"><When at={k.updated_at} /></td>
            </tr>
          ))}</tbody>}
        </table>}
        <More query={query} />
      </div>
    </main>
  );
}
