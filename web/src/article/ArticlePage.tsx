/** One article: its words, or where they are, and what came of it. */
import { IconExternalLink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { articleQuery } from "@/api/query";
import { PageSkeleton } from "@/app/Missing";
import { number, plural } from "@/lib/words";
import { Html } from "@/timeline/Html";
import { Failure } from "@/ui/State";

export function ArticlePage() {
  const name = (useParams({ strict: false }) as { name: string }).name;
  const query = useQuery(articleQuery(name));
  const a = query.data;
  useEffect(() => { document.title = a ? `${a.title}, Steward` : "Article, Steward"; }, [a]);
  if (query.isError && !a) return <main className="pane page" style={{ justifyContent: "center" }}><Failure what="This article" error={query.error} retry={() => query.refetch()} /></main>;
  if (!a) return <PageSkeleton />;
  return (
    <main className="pane page" aria-label="Article">
      <header className="top">
        <p className="sub"><Link className="link" to={"/articles" as "/tickets"}>Articles</Link></p>
        <div className="row wrap" style={{ gap: 12, marginTop: 2 }}>
          <h1 className="t20 b6 break grow" dir="auto" style={{ flexBasis: 260 }}>{a.title}</h1>
          <a className="btn" href={a.url} target="_blank" rel="noreferrer"><IconExternalLink size={16} stroke={1.75} aria-hidden />Open it</a>
          <Link className="btn" to={`/configuration/article/${a.name}` as "/tickets"}>Edit</Link>
        </div>
        <p className="sub">{a.audience === "everybody" ? "For everybody" : "For colleagues alone"}{a.tags.length > 0 && <>. Found by {a.tags.join(", ")}</>}</p>
      </header>
      <div className="scroll">
        <section className="block" aria-label="What came of it">
          <p><b className="b6">{plural(a.tickets, "ticket")}</b> answered with it in the last 90 days. {a.audience === "everybody" && (a.opened + a.sent === 0 ? "Nobody has opened it from the request form." : `Opened ${plural(a.opened, "time")} from the request form; ${number(a.sent)} of those who saw it there wrote all the same.`)}</p>
        </section>
        <section className="block" aria-label="Its words">
          {a.description && <p className="m2" dir="auto" style={{ marginBottom: 8 }}>{a.description}</p>}
          {a.here ? <Html html={a.html} remote={false} /> : <p className="break">It is read at <a className="link in" href={a.url} target="_blank" rel="noreferrer">{a.url}</a>.</p>}
        </section>
      </div>
    </main>
  );
}
