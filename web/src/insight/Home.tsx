/** The dashboards and reports there are. */
import { IconChartHistogram, IconMail } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { boardsQuery, ownReportsQuery, type BoardKind } from "@/api/insight";
import { useCan } from "@/app/session";
import { inside, plural } from "@/lib/words";
import { Empty, Failure, Skel } from "@/ui/State";
import { InsightTabs } from "./InsightTabs";
import "./insight.css";

export function Home() {
  useEffect(() => { document.title = "Insight, Steward"; }, []);
  return (
    <main className="pane page" aria-label="Insight">
      <InsightTabs on="boards" />
      <div className="scroll"><List kind="dashboard" title="Dashboards" /><List kind="report" title="Reports" /><Yours /></div>
    </main>
  );
}

/** Reports that only the reader sees. */
function Yours() {
  const q = useQuery(ownReportsQuery);
  if (q.isError && !q.data) return <Failure what="Your reports" error={q.error} retry={() => q.refetch()} />;
  if (!q.data?.length) return null;
  return (
    <section aria-label="Only yours" style={{ paddingBottom: 16 }}>
      <h2 className="h3" style={{ padding: "16px 24px 4px" }}>Only yours</h2>
      <ul className="rows">{q.data.map((o) => <li key={o.id}><Link to={`/insight/own/${o.id}` as "/tickets"}><span className="b5 cut">{o.title}</span><span /><span className="sub">{o.summary}</span></Link></li>)}</ul>
    </section>
  );
}

function List({ kind, title }: { kind: BoardKind; title: string }) {
  const q = useQuery(boardsQuery(kind));
  const write = useCan("blueprint.apply");
  return (
    <section aria-label={title} style={{ paddingBottom: 16 }}>
      <h2 className="h3 gutter" style={{ paddingBlock: "16px 4px" }}>{title}</h2>
      {q.isError && !q.data ? <Failure what={`The ${inside(title)}`} error={q.error} retry={() => q.refetch()} />
      : q.isPending ? <div className="gutter" style={{ paddingBlock: 8, display: "grid", gap: 14 }}>{[40, 52, 34].map((w) => <Skel key={w} w={`${w}%`} />)}</div>
      : q.data.length === 0 ? <Empty icon={<IconChartHistogram size={20} stroke={1.75} aria-hidden />} title={kind === "dashboard" ? "No dashboard yet" : "No report yet"} action={kind === "report" ? <Link className="btn" to={"/insight/build" as "/tickets"}>Build a report</Link> : !write ? undefined : <Link className="btn" to={"/configuration/new" as "/tickets"} search={{ kind: "dashboard" } as never}>Write a dashboard</Link>}>{kind === "dashboard" ? "A dashboard shows several figures on one page, with shared choices." : "A report shows one figure the way you need it. Pick it, split it, save it."}</Empty>
      : <ul className="rows">{q.data.map((b) => (
        <li key={b.name}><Link to={`/insight/${kind}s/${b.name}` as "/tickets"}><span className="b5 cut">{b.title}</span><span className="m3 t12 nw">{kind === "dashboard" && plural(b.pictures, "picture")}</span><span className="sub">{b.summary}</span>{b.schedule && <span className="sub row" style={{ gap: 4 }}><IconMail size={16} stroke={1.75} aria-hidden />{b.schedule}</span>}</Link></li>
      ))}</ul>}
    </section>
  );
}
