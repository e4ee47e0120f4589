/** One team: who is in it, what waits for it, when it works, where the configuration names it, and what became of it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { agentsQuery, teamQuery } from "@/api/query";
import type { TeamPage as TeamOf } from "@/api/types";
import { isApiError } from "@/api/error";
import { PageSkeleton } from "@/app/Missing";
import { useCan } from "@/app/session";
import { UNSOLVED } from "@/desk/filter";
import { TicketTable } from "@/customer/TicketTable";
import { phrase } from "@/language/phrase";
import { countText, plural } from "@/lib/words";
import { Empty, Failure } from "@/ui/State";
import { Tag } from "@/ui/Tag";
import { TeamCard } from "./TeamCard";
import "./team.css";

const Uses = lazy(() => import("@/config/Uses").then((m) => ({ default: m.Uses })));
const History = lazy(() => import("@/customer/History").then(({ History, teamPast }) => ({ default: ({ name }: { name: string }) => <History of={`/teams/${name}`} past={teamPast} /> })));

/** What the figures are called, and the lists that they count. */
const figures: Record<string, { title: string; show: Record<string, string> }> = {
  unassigned: { title: phrase("Nobody has them yet"), show: { status: "new,open", assignee: "none" } },
  open: { title: phrase("Wait for an answer"), show: { status: "new,open" } },
  late: { title: phrase("Past due"), show: { status: UNSOLVED, filter: /* as is */ "ticket.due < now" } },
  pending: { title: phrase("Wait for the requester"), show: { status: "pending" } },
  hold: { title: phrase("On hold"), show: { status: "hold" } },
};

type Tab = "tickets" | "uses" | "past";
export function TeamPage() {
  const name = (useParams({ strict: false }) as { name: string }).name;
  const query = useQuery(teamQuery(name));
  const can = useCan("team.write"), reads = useCan("blueprint.read"), sees = useCan("ticket.read");
  const agents = useQuery({ ...agentsQuery, enabled: can });
  const [chosen, setTab] = useState<Tab | null>(null);
  const t = query.data;
  useEffect(() => { if (t) document.title = `${t.title}, Steward`; }, [t]);
  if (query.isError && !t)
    return <main className="pane page" style={{ justifyContent: "center" }}>{isApiError(query.error) && query.error.status === 404
      ? <Empty title="There is no such team" action={<Link className="btn" to={"/teams" as "/tickets"}>All teams</Link>}>It may have been taken out of the configuration, or have another name now.</Empty>
      : <Failure what="This team" error={query.error} retry={() => query.refetch()} />}</main>;
  if (!t) return <PageSkeleton />;
  const tabs = ([["tickets", "Tickets", sees], ["uses", "Where used", reads], ["past", "History", true]] as [Tab, string, boolean][]).filter(([, , on]) => on);
  const tab = tabs.find(([k]) => k === chosen)?.[0] ?? tabs[0][0];
  return (
    <main className="pane page" aria-label={t.title}>
      <header className="top">
        <p className="t12 m3" style={{ marginBottom: 4 }}><Link className="link" to={"/teams" as "/tickets"}>Teams</Link></p>
        <div className="row wrap" style={{ gap: 12 }}>
          <div className="grow" style={{ flexBasis: 200 }}><h1 className="t20 b6 break" dir="auto">{t.title}</h1><p className="t12 m2">{[plural(t.members.length, "person", "people"), t.email].filter(Boolean).join(", ")}</p></div>
          {reads && <Link className="btn" to={`/configuration/team/${t.name}` as "/tickets"}>Its text, version {t.text_version}</Link>}
        </div>
      </header>
      <div className="halves">
        <div className="scroll">
          {t.figures.length > 0 && <section className="block" aria-label="What waits"><ul className="teamfigures">{t.figures.filter((f) => figures[f.name]).map((f) => (
            <li key={f.name}><Link to="/tickets" search={{ team: t.name, ...figures[f.name].show } as never}><span className="grow">{figures[f.name].title}</span><b className={`b6 tnum${f.name === "late" && f.count.count > 0 ? " danger" : ""}`}>{countText(f.count)}</b></Link></li>
          ))}</ul></section>}
          <About of={t} reads={reads} />
          <TeamCard team={t} agents={agents.data ?? []} can={can} alone />
        </div>
        <div className="col">
          <div className="tabs" role="tablist" aria-label="Tickets, uses or history">{tabs.map(([k, w]) => <button key={k} type="button" role="tab" aria-selected={tab === k} onClick={() => setTab(k)}>{w}</button>)}</div>
          {tab === "tickets" ? <TicketTable filter={{ team: t.name }} /> : <Suspense>{tab === "uses" ? <Uses b={{ kind: "team", name: t.name }} /> : <History name={t.name} />}</Suspense>}
        </div>
      </div>
    </main>
  );
}

/** When it works, and which lists and queues are its own. */
function About({ of: t, reads }: { of: TeamOf; reads: boolean }) {
  const text = (kind: string, name: string, title: string) => (reads ? <Link className="link" to={`/configuration/${kind}/${name}` as "/tickets"}>{title}</Link> : <span>{title}</span>);
  return (
    <section className="block" aria-label="About">
      <dl className="props">
        <dt>Works in</dt><dd className="wrap">{t.regions.length === 0 ? <span className="m3">No region names it, so no hours of its own</span> : t.regions.map((r) => <span key={r.name} className="row wrap" style={{ gap: 6 }}>{text("region", r.name, r.title)}<span className="m3 t12">{r.time_zone.replaceAll("_", " ")}</span>{r.open ? <Tag meaning="good">At work</Tag> : <Tag>Closed now</Tag>}</span>)}</dd>
        {t.regions.length > 0 && <><dt>Calendar</dt><dd className="wrap">{[...new Set(t.regions.map((r) => r.calendar))].map((c) => <span key={c}>{text("calendar", c, c)}</span>)}</dd></>}
        <dt>Views</dt><dd className="wrap">{t.views.length === 0 ? <span className="m3">None of its own</span> : t.views.map((v) => <Link key={v.name} className="link" to="/tickets" search={{ view: v.name } as never}>{v.title}</Link>)}</dd>
        <dt>Queues</dt><dd className="wrap">{t.queues.length === 0 ? <span className="m3">It takes from none</span> : t.queues.map((x) => <Link key={x.name} className="link" to={"/queue" as "/tickets"} search={{ queue: x.name } as never}>{x.title}</Link>)}</dd>
      </dl>
    </section>
  );
}
