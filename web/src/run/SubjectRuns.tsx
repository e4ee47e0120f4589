/** The runs about a record, on its own page: how each stands, what comes next and by when, and a way to start another. */
import { IconPlus } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Run } from "@/api/run";
import type { ID } from "@/api/types";
import { useCan } from "@/app/session";
import { plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Failure } from "@/ui/State";
import { When } from "@/ui/When";
import { playbooksForQuery, subjectRunsQuery } from "./query";
import { RunTag, whoText } from "./words";
import "./run.css";

interface Props { kind: string; id: ID; /** How the page sets its parts. */ as?: "block" | "card" | "ticketruns" | "pcard" | "aboutrequest" }
export default function SubjectRuns(p: Props) {
  return useCan("run.read") ? <Theirs {...p} /> : null;
}

function Theirs({ kind, id, as = "block" }: Props) {
  const query = useInfiniteQuery(subjectRunsQuery(kind, id));
  const starts = useCan("run.write");
  const playbooks = useQuery({ ...playbooksForQuery(kind, id), enabled: starts });
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const fitting = (playbooks.data ?? []).filter((p) => p.may_start);
  if (rows.length === 0 && fitting.length === 0 && !query.isError) return null;
  const start = fitting.length > 0 && <Link className="btn sm quiet" to={"/runs/new" as "/tickets"} search={{ subject: kind, id: String(id) } as never} aria-label="Start a playbook"><IconPlus size={16} stroke={1.75} aria-hidden />Start</Link>;
  const list = <>
    {query.isError && rows.length === 0 && <Failure what="The runs" error={query.error} retry={() => query.refetch()} />}
    {query.isSuccess && rows.length === 0 && <p className={as === "card" ? "in m3" : "m3 t12"}>{fitting.length === 1 ? `“${fitting[0].title}” can be started.` : `${plural(fitting.length, "playbook")} can be started.`}</p>}
    {rows.length > 0 && <ul className="aboutruns">{rows.map((r) => <One key={r.id} run={r} />)}</ul>}
    {query.hasNextPage && <p className={as === "card" ? "in" : undefined}><Btn small kind="quiet" busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>Show earlier ones</Btn></p>}
  </>;
  return (
    <section className={as} aria-label="Playbooks">
      {as === "card" ? <header><h2 className="h3 grow">Playbooks</h2>{start}</header> : <div className="row" style={{ marginBottom: as === "block" ? 6 : 0, minHeight: 28 }}><h2 className={as === "ticketruns" ? "t12 m3 grow" : as === "pcard" ? "b6 grow" : "h3 grow"}>Playbooks</h2>{start}</div>}
      {list}
    </section>
  );
}

function One({ run: r }: { run: Run }) {
  const open = r.steps.filter((s) => s.state === "active" || s.state === "failed");
  const next = open[0] ?? r.steps.find((s) => s.state === "scheduled");
  const over = r.state === "done" || r.state === "cancelled";
  return (
    <li>
      <div className="row" style={{ gap: 8 }}><Link className="link grow cut" dir="auto" to={`/runs/${r.id}` as "/tickets"} preload={false} title={`${r.called}: ${r.title}`}>{r.called}</Link>{r.state !== "active" && <RunTag run={r} />}<span className="t12 m3 tn nw" title={`${r.done} of ${r.total} steps settled`}>{r.done}/{r.total}</span></div>
      <p className="t12 m3 row wrap" style={{ gap: "2px 12px" }}>
        {over ? <span>Ended <When at={r.ended ?? r.created} /></span> : <span className="break" dir="auto">{next ? <>{next.state === "failed" ? "Could not be done: " : "Next: "}{next.title}{next.who.length > 0 && <>, {whoText(next.who)}</>}{next.state === "scheduled" && next.begins && <>, begins <When at={next.begins} /></>}{open.length > 1 && ` and ${plural(open.length - 1, "more step")}`}</> : "Waits"}</span>}
        {!over && r.due && <span className={`nw${Date.parse(r.due) < Date.now() ? " danger b5" : ""}`}>Due <When at={r.due} /></span>}
      </p>
    </li>
  );
}
