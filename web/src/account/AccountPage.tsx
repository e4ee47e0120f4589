/** One account: what it is, how healthy and why, what its product reports, what is to be done, what happened. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { PageSkeleton } from "@/app/Missing";
import { useCan } from "@/app/session";
import { PlanName } from "@/field/PlanName";
import { Failure, Skel } from "@/ui/State";
import { About } from "./About";
import { Actions } from "./Actions";
import { Band } from "./Band";
import { Below } from "./Below";
import { Contacts } from "./Contacts";
import { Documents } from "./Documents";
import { Edit } from "./Edit";
import { Follow } from "./Follow";
import { Happened } from "./Happened";
import { Renewal } from "./Renewal";
import { Tickets } from "./Tickets";
import { Usage } from "./Usage";
import { UpdateDue } from "./UpdateDue";
import { money } from "@/lib/money";
import { accountQuery, away, dateText, stageWord, type Account } from "./data";

const SubjectRuns = lazy(() => import("@/run/SubjectRuns"));
const Health = lazy(() => import("./Health").then((m) => ({ default: m.Health })));

export function AccountPage() {
  const id = Number((useParams({ strict: false }) as { id: string }).id);
  const query = useQuery(accountQuery(id));
  const may = useCan("account.write");
  const a = query.data;
  useEffect(() => { if (a) document.title = `${a.name}, Steward`; }, [a]);
  if (query.isError && !a) return <main className="pane page"><Failure what="This account" error={query.error} retry={() => query.refetch()} /></main>;
  if (!a) return <PageSkeleton />;
  return (
    <main className="account-page" aria-label={a.name}>
      <header className="top">
        <p className="t12 m3" style={{ marginBottom: 4 }}><Link className="link" to={"/accounts" as "/tickets"}>Accounts</Link></p>
        <div className="row wrap" style={{ gap: 12 }}>
          <div className="grow" style={{ flexBasis: 200 }}><h1 className="t20 b6 break" dir="auto">{a.name}</h1>
            <p className="t12 m2">{[a.since && `Customer since ${dateText(a.since)}`, a.segment, a.csm ? `${a.csm.name} looks after it` : "Nobody looks after it"].filter(Boolean).join(", ")}</p></div>
          <Band band={a.band} score={a.score} />
          <Follow id={a.id} />
          {may && <Edit a={a} />}
          <Link className="btn sm" to={`/organizations/${a.id}` as "/tickets"}>Organization</Link>
        </div>
        <Facts a={a} may={may} />
      </header>
      <div className="account-grid">
        <div>
          <Suspense fallback={<section className="card"><div className="in"><Skel w="40%" h={20} /></div></section>}><Health id={a.id} may={may} /></Suspense>
          <Usage id={a.id} may={may} />
          <Contacts id={a.id} may={may} />
          <Documents id={a.id} may={may} />
          <Below id={a.id} />
          <About id={a.id} />
        </div>
        <div>
          <Actions id={a.id} may={may} />
          <Renewal a={a} may={may} />
          <Tickets id={a.id} />
          <Suspense><SubjectRuns kind="account" id={a.id} as="card" /></Suspense>
          <Happened id={a.id} may={may} mail={a.mail} />
        </div>
      </div>
    </main>
  );
}

function Facts({ a, may }: { a: Account; may: boolean }) {
  const rows: [string, React.ReactNode][] = [
    ["Renewal", a.renewal ? `${dateText(a.renewal)}, ${away(a.renewal)}` : "Not known"], ["Yearly value", a.revenue ? money(a.revenue, a.currency) : "Not known"], ["Stage", stageWord[a.stage] ?? a.stage],
    ...(a.update ? [["Health update", may && a.update.state !== "later" ? <Link className="link" to={`/accounts/${a.id}` as "/tickets"} search={{ note: "health_update" } as never} title="Write it now"><UpdateDue u={a.update} /></Link> : <UpdateDue u={a.update} />] as [string, React.ReactNode]] : []), ["Plan", a.plan ? <PlanName plan={a.plan} /> : "Not known"], ["Weight with data", a.observed === null ? "Not scored" : `${Math.round(a.observed * 100)}%`], ["Coverage", a.coverage === "pooled" ? "Pooled" : a.coverage || "Not decided"], ...(a.team ? [["Team", a.team.name] as [string, React.ReactNode]] : []),
    ...(a.parent ? [["Part of", <Link className="link" to={`/accounts/${a.parent.id}` as "/tickets"}>{a.parent.name}</Link>] as [string, React.ReactNode]] : []),
  ];
  return <dl className="acctfacts">{rows.map(([k, v]) => <div key={k}><dt>{k}</dt><dd>{v}</dd></div>)}</dl>;
}
