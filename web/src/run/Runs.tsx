/** Runs of playbooks: as a list, as a board by stage, and as a calendar of what is due. */
import { Select } from "@mantine/core";
import { IconChecklist, IconPlus } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import type { Playbook, Run } from "@/api/run";
import { useCan } from "@/app/session";
import { plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { More } from "@/ui/More";
import { Empty, Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { Dated } from "./Dated";
import { playbooksQuery, runsQuery } from "./query";
import { RunTag, whoText } from "./words";
import "./run.css";

const Landings = lazy(() => import("./Landings"));
type Search = { playbook?: string; state?: string; as?: string; mine?: string };
const parts = [["list", "List"], ["board", "Board"], ["calendar", "Calendar"]] as const;

export function Runs() {
  const search = useSearch({ strict: false }) as Search;
  const go = useNavigate();
  const all = useQuery(playbooksQuery);
  const mayStart = useCan("run.write");
  const as = search.as ?? "list", state = search.state ?? "open";
  const set = (now: Search) => void go({ to: "." as never, search: { ...search, ...now } as never });
  const chosen = all.data?.find((p) => p.name === search.playbook);
  const board = as === "board" ? chosen ?? all.data?.find((p) => p.stages.length > 0) : chosen;
  useEffect(() => { document.title = "Playbooks, Steward"; }, []);
  const start = mayStart && <Btn kind="pri" icon={<IconPlus size={16} stroke={1.75} aria-hidden />} onClick={() => go({ to: "/runs/new" as never, search: (search.playbook ? { playbook: search.playbook } : {}) as never })}>Start</Btn>;
  return (
    <main className="pane page runs" aria-label="Playbooks">
      <header className="top">
        <div className="row wrap" style={{ gap: 12 }}><h1 className="t20 b6 grow" style={{ flexBasis: 120 }}>Playbooks</h1>{mayStart && <Link className="btn" to={"/runs/try" as "/tickets"} search={(search.playbook ? { playbook: search.playbook } : {}) as never}>Try one</Link>}{start}</div>
        <div className="row wrap filters">
          <Choice label="Show as" value={as} options={parts} onChange={(v) => set({ as: v === "list" ? undefined : v })} />
          {as !== "calendar" && as !== "board" && <Choice label="State" value={state} options={[["open", "Under way"], ["done", "Done"], ["cancelled", "Cancelled"]]} onChange={(v) => set({ state: v === "open" ? undefined : v })} />}
          {as === "list" && <Choice label="Whose" value={search.mine ? "mine" : "all"} options={[["all", "All I may see"], ["mine", "Mine"]]} onChange={(v) => set({ mine: v === "mine" ? "true" : undefined })} />}
          {all.data && all.data.length > 1 && <Select size="xs" aria-label="Playbook" value={(as === "board" ? board?.name : search.playbook) ?? ""} allowDeselect={false} onChange={(v) => set({ playbook: v || undefined })}
            data={[...(as === "board" ? [] : [{ value: "", label: "All playbooks" }]), ...all.data.filter((p) => as !== "board" || p.stages.length > 0).map((p) => ({ value: p.name, label: p.title }))]} />}
        </div>
      </header>
      {all.isError && !all.data ? <Failure what="Playbooks" error={all.error} retry={() => all.refetch()} />
        : as === "board" ? <Board of={board} loading={all.isPending} />
        : as === "calendar" ? <Dated playbook={search.playbook ?? ""} />
        : <List playbook={search.playbook ?? ""} state={state} mine={search.mine ?? ""} none={all.data?.length === 0} start={start} />}
    </main>
  );
}

function List({ playbook, state, mine, none, start }: { playbook: string; state: string; mine: string; none: boolean; start: React.ReactNode }) {
  const query = useInfiniteQuery(runsQuery({ playbook, state, mine }));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const [moving, setMoving] = useState(false);
  const older = playbook !== "" && rows.some((r) => r.newer && r.may_edit);
  return (
    <div className="scroll">
      {older && !moving && <p className="banner info" style={{ margin: "12px 24px" }}><span className="grow">Some of these runs keep an older version of their playbook.</span><Btn small onClick={() => setMoving(true)}>See where they would land</Btn></p>}
      {moving && <Suspense fallback={null}><Landings name={playbook} move done={() => setMoving(false)} /></Suspense>}
      {query.isPending && <div className="block" aria-busy="true">{[48, 62, 55, 70, 44].map((w) => <Skel key={w} w={`${w}%`} h={14} style={{ display: "block", margin: "16px 0" }} />)}</div>}
      {query.isError && !query.data && <Failure what="The runs" error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <Empty icon={<IconChecklist size={20} stroke={1.75} aria-hidden />} title={none ? "No playbook yet" : "Nothing here"} action={none ? undefined : start}>{none ? "A playbook is a list of steps for people and Steward. Add one under Configuration." : "Runs of playbooks appear here with what waits for whom."}</Empty>}
      <ul className="runlist">{rows.map((r) => <li key={r.id}><Card run={r} /></li>)}</ul>
      <More query={query} />
    </div>
  );
}

/** A run in one line or card: what, how far, what waits for whom. */
function Card({ run: r, plain }: { run: Run; /** Beside others of the same playbook. */ plain?: boolean }) {
  const open = r.steps.filter((s) => s.state === "active" || s.state === "failed");
  const next = open[0];
  return (
    <article className="rcard">
      <Link to={`/runs/${r.id}` as "/tickets"} preload={false} className="hit" aria-label={`${r.called}: ${r.title}`} />
      <div className="row wrap" style={{ gap: 8 }}><b className="grow cut" dir="auto">{r.title}</b>{!plain && <span className="sub">{r.called}</span>}{r.state !== "active" && <RunTag run={r} />}</div>
      <div className="row sub" style={{ gap: 8 }}>
        <span className="meter" aria-hidden><span style={{ width: `${r.total ? (100 * r.done) / r.total : 0}%` }} /></span>
        <span className="tn nw">{r.done}/{r.total}</span>
        <span className="cut grow" dir="auto">{next ? <>{next.title}{next.who.length > 0 && <> · {whoText(next.who)}</>}{open.length > 1 && ` and ${plural(open.length - 1, "more step")}`}</> : r.ended ? <>Ended <When at={r.ended} /></> : "Waits"}</span>
        {r.due && <span className={`nw${Date.parse(r.due) < Date.now() ? " danger b5" : ""}`}>Due <When at={r.due} /></span>}
      </div>
    </article>
  );
}

function Board({ of: p, loading }: { of: Playbook | undefined; loading: boolean }) {
  if (!p) return loading ? <div className="block"><Skel w="40%" /></div> : <Empty icon={<IconChecklist size={20} stroke={1.75} aria-hidden />} title="No playbook has stages">A board has a column for each stage of a playbook.</Empty>;
  return <div className="cols">{p.stages.map((s) => <Column key={s.name} playbook={p.name} stage={s} />)}</div>;
}

function Column({ playbook, stage }: { playbook: string; stage: { name: string; title: string } }) {
  const query = useInfiniteQuery(runsQuery({ playbook, state: "open", stage: stage.name, mine: "" }));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <section className="rcol" aria-label={stage.title}>
      <h2 className="row t13 b6"><span className="grow cut">{stage.title}</span>{query.isSuccess && <span className="m3 tn">{rows.length}{query.hasNextPage && "+"}</span>}</h2>
      <div className="cards">
        {query.isPending && <><Skel h={56} /><Skel h={56} /></>}
        {query.isError && <Failure what="This stage" error={query.error} retry={() => query.refetch()} />}
        {query.isSuccess && rows.length === 0 && <p className="t12 m3" style={{ padding: 8 }}>Nothing here</p>}
        {rows.map((r) => <Card key={r.id} run={r} plain />)}
        <More query={query} />
      </div>
    </section>
  );
}
