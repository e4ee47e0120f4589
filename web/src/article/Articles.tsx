/** Articles: what answers questions again and again, found by their words. */
import { IconBook2, IconExternalLink, IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { articlesQuery } from "@/api/query";
import { useCan } from "@/app/session";
import { SearchBox, useQ } from "@/customer/SearchBox";
import { EngineeringHead } from "@/engineering/Tabs";
import { Empty, Failure, SkelRows } from "@/ui/State";

export function Articles() {
  const find = useQ();
  const query = useQuery({ ...articlesQuery(find), placeholderData: keepPreviousData });
  const can = useCan("blueprint.apply");
  const rows = query.data ?? [];
  useEffect(() => { document.title = "Articles, Steward"; }, []);
  const add = can ? <Link className="btn" to={"/configuration/new" as "/tickets"} search={{ kind: "article" } as never}><IconPlus size={16} stroke={1.75} aria-hidden />New article</Link> : undefined;
  return (
    <main className="pane page" aria-label="Articles">
      <EngineeringHead at="articles" sub="What answers a question again and again: for replies, and for the request form"><SearchBox label="Find an article" />{rows.length > 0 && add}</EngineeringHead>
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The list of articles" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconBook2 size={20} stroke={1.75} aria-hidden />} title={find ? "Nothing matches" : "No article yet"} action={find ? undefined : add}>{find ? "Try another word." : "Name a page of your documentation, or write an article here. Colleagues put it into replies, and customers see it while they write."}</Empty>
        : <table className="tbl fixed">
          <thead><tr><th>Article</th><th className="wide" style={{ width: 150 }}>For</th><th className="wide" style={{ width: 260 }}>Tags</th></tr></thead>
          {query.isPending ? <SkelRows cols={3} /> : <tbody>{rows.map((a) => (
            <tr key={a.name}>
              <td><p className="cut" style={{ lineHeight: "24px" }}><Link className="link b5" dir="auto" style={{ display: "inline-block", maxWidth: "100%" }} to={`/articles/${a.name}` as "/tickets"} title={a.title}>{a.title}</Link></p><p className="sub cut"><a className="m3 row" style={{ gap: 3, display: "inline-flex", maxWidth: "100%", minHeight: 24 }} href={a.url} target="_blank" rel="noreferrer"><span className="cut">{a.url}</span><IconExternalLink size={12} stroke={1.75} aria-hidden style={{ flex: "none" }} /></a></p></td>
              <td className="wide m2">{a.audience === "everybody" ? "Everybody" : "Colleagues"}</td><td className="wide m3 cut">{a.tags.join(", ")}</td>
            </tr>
          ))}</tbody>}
        </table>}
      </div>
    </main>
  );
}
