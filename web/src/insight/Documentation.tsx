/** The pages of the documentation that answered most tickets: what replies linked to. */
import { IconBook } from "@tabler/icons-react";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { api } from "@/api/client";
import { plural } from "@/lib/words";
import { Choice } from "@/ui/Choice";
import { Empty, Failure, Skel } from "@/ui/State";
import { InsightTabs } from "./InsightTabs";
import "./insight.css";

interface Page { url: string; tickets: number; replies: number }
const pagesQuery = (days: string) => queryOptions({ queryKey: ["docs-pages", days], queryFn: ({ signal }) => api.get<{ items: Page[] }>("/docs/pages", { days }, signal).then((r) => r.items) });
const spans = [["7", "7 days"], ["30", "30 days"], ["90", "90 days"], ["365", "A year"]] as const;

export function Documentation() {
  const search = useSearch({ strict: false }) as { days?: string };
  const go = useNavigate();
  const days = spans.find(([d]) => d === String(search.days))?.[0] ?? "30";
  const pages = useQuery({ ...pagesQuery(days), placeholderData: keepPreviousData });
  useEffect(() => { document.title = "Documentation that answered, Steward"; }, []);
  const most = pages.data?.[0]?.tickets ?? 0;
  return (
    <main className="pane page" aria-label="Documentation that answered">
      <InsightTabs on="documentation" />
      <div className="scroll">
        <div className="row wrap docshead"><p className="m2 grow">Pages that replies of colleagues linked to. How large their share is, the <Link className="link" to={"/insight/indicators/answered-with-docs" as "/tickets"}>indicator</Link> tells.</p>
          <Choice label="Since" value={days} options={spans} onChange={(d) => void go({ to: "." as never, search: { days: d } as never, replace: true })} /></div>
        {pages.isError && !pages.data ? <Failure what="The pages" error={pages.error} retry={() => pages.refetch()} />
        : pages.isPending ? <div style={{ padding: "8px 24px", display: "grid", gap: 14 }}>{[70, 52, 61].map((w) => <Skel key={w} w={`${w}%`} />)}</div>
        : pages.data.length === 0 ? <Empty icon={<IconBook size={20} stroke={1.75} aria-hidden />} title="No reply led to the documentation yet">A docs blueprint says where your documentation lives. From then on each reply that links there is counted here.</Empty>
        : <table className="tbl docspages"><thead><tr><th>Page</th><th className="num">Tickets</th><th className="num">Replies</th></tr></thead>
            <tbody>{pages.data.map((p) => (
              <tr key={p.url}><td><a className="link break" href={p.url} target="_blank" rel="noreferrer noopener">{p.url.replace(/^https?:\/\//, "")}</a><i className="docsbar" style={{ inlineSize: `${Math.round((100 * p.tickets) / Math.max(most, 1))}%` }} aria-hidden /></td><td className="num">{p.tickets}</td><td className="num">{p.replies}</td></tr>
            ))}</tbody><caption className="t12 m3">{plural(pages.data.length, "page")}, the one that answered most tickets first</caption></table>}
      </div>
    </main>
  );
}
