/** One issue: what its tracker says, and every ticket behind it. */
import { IconExternalLink } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { evidenceQuery, issueQuery } from "./query";
import { TicketTable } from "./TicketTable";
import { Confidential, IssueTag, money } from "./words";

const SubjectRuns = lazy(() => import("@/run/SubjectRuns"));

export function IssuePage() {
  const id = Number((useParams({ strict: false }) as { id: string }).id);
  const query = useQuery(issueQuery(id));
  const tickets = useInfiniteQuery(evidenceQuery(id));
  const i = query.data;
  useEffect(() => { document.title = i ? `${i.reference}, Steward` : "Issue, Steward"; }, [i]);
  if (query.isError && !i) return <main className="pane page" style={{ justifyContent: "center" }}><Failure what="This issue" error={query.error} retry={() => query.refetch()} /></main>;
  return (
    <main className="pane page" aria-label="Issue" aria-busy={!i || undefined}>
      <header className="top">
        <p className="sub"><Link className="link" to={"/issues" as "/tickets"}>Issues</Link></p>
        {i ? <>
          <div className="row wrap" style={{ gap: 8, marginTop: 2 }}><h1 className="t20 b6 break" dir="auto">{i.title || i.reference}</h1><IssueTag of={i} />{i.confidential && <Confidential />}</div>
          <p className="sub row wrap" style={{ gap: 12, marginTop: 4 }}>
            <a className="link row" style={{ gap: 4 }} href={i.url} target="_blank" rel="noreferrer">{i.reference}<IconExternalLink size={14} stroke={1.75} aria-hidden /></a>
            {i.assignee && <span>{i.assignee}</span>}{i.milestone && <span>Milestone {i.milestone}</span>}{i.updated_at && <span>Changed <When at={i.updated_at} /></span>}{i.labels.map((l) => <span key={l} className="tag">{l}</span>)}
          </p>
          {i.error && <p className="banner attention" style={{ marginTop: 8 }}>{i.error}</p>}
        </> : <Skel w="50%" h={22} style={{ marginTop: 8 }} />}
      </header>
      <div className="scroll">
        {i && <section className="block" aria-label="Interest">
          <p className="row wrap" style={{ gap: 24 }}><Figure n={String(i.tickets)} word={i.tickets === 1 ? "ticket" : "tickets"} /><Figure n={String(i.organizations)} word={i.organizations === 1 ? "organization" : "organizations"} />{i.revenue !== null && <Figure n={money(i)} word="their revenue" />}</p>
          <p className="sub" style={{ marginTop: 4 }}>{i.counted_at ? <>Counted <When at={i.counted_at} />. Each organization counts once; deleted and merged tickets do not count.</> : "Not counted yet."}</p>
          {i.known_issues.length > 0 && <p style={{ marginTop: 8 }}>Known issue: {i.known_issues.map((k) => <Link key={k.id} className="link in" to={`/known-issues/${k.id}` as "/tickets"}>{k.name}</Link>)}</p>}
        </section>}
        <Suspense><SubjectRuns kind="issue" id={id} /></Suspense>
        <TicketTable rows={tickets.data?.pages.flatMap((p) => p.items) ?? []} query={tickets} currency={i?.currency} revenue={i?.revenue !== null && i?.revenue !== undefined} />
      </div>
    </main>
  );
}

const Figure = ({ n, word }: { n: string; word: string }) => <span><span className="t20 b6 tnum">{n}</span> <span className="m3">{word}</span></span>;
