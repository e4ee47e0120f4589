/** One application: what is known of it in one panel, the page of its applicant, and beside it what a colleague can do. */
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api } from "@/api/client";
import { applicantPageQuery, applicationQuery } from "@/api/query";
import type { ApplicationCase } from "@/api/program";
import { useCan, useMe } from "@/app/session";
import { phrase } from "@/language/phrase";
import { number } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { fail, say } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { Decide } from "./Decide";
import { Member } from "./Member";
import { Research } from "./Research";
import { stateTone, stateWord, verbWord } from "./words";

const SubjectRuns = lazy(() => import("@/run/SubjectRuns"));

/** Does something to the application; on goes to the next one after it. */
export type Act = (path: string, body: object, done: string, on?: boolean) => Promise<boolean>;

export function Case({ id, next, back }: { id: number; next: () => Promise<void>; back: () => void }) {
  const query = useQuery(applicationQuery(id));
  const q = useQueryClient();
  const me = useMe();
  const [tab, setTab] = useState<"research" | "preview" | "history">("research");
  const edits = useCan("application.edit");
  const screens = useCan("application.screen");
  if (query.isError && !query.data) return <Failure what="This application" error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <div className="pskel">{[40, 70, 55].map((w, i) => <Skel key={i} w={`${w}%`} h={16} />)}</div>;
  const c = query.data;

  const act: Act = async (path, body, done, on = false) => {
    try {
      const now = await api.post<ApplicationCase>(`/applications/${id}${path}`, body);
      q.setQueryData(["application", id], now);
      for (const k of [["applications"], ["programs"], ["work"], ["application", id, "preview"]]) void q.invalidateQueries({ queryKey: k });
      say(done);
      if (on) await next();
      return true;
    } catch (e) {
      fail("Nothing was changed", e);
      void query.refetch();
      return false;
    }
  };
  const open = c.state === "review" || c.state === "asked";
  const mine = c.assignee_id === me.person.id;

  return (
    <article className="pbody">
      <header>
        <button type="button" className="link in narrow row" onClick={back}><IconArrowLeft size={16} stroke={1.75} aria-hidden /> All applications</button>
        <h2 className="t20 b6 break" dir="auto">{c.organization || c.name}</h2>
        <p className="row wrap m2"><span className={`tag ${stateTone[c.state] ?? ""}`}>{stateWord[c.state]}</span>
          {c.held && <span className="tag attention">{phrase("On hold", "support or an application")}</span>}
          <span>Application {c.id} to {c.program_title}, version {c.program_version}</span>
          {c.renewal_of && <Link className="link" to={`/applications/${c.renewal_of}` as "/tickets"}>Renews {c.renewal_of}</Link>}</p>
        {open && <Clock c={c} />}
        <div className="row wrap">
          {open && edits && <span className="m2">{c.assignee_id ? <>With {mine ? "you" : c.assignee}</> : "Nobody looks at it yet"}</span>}
          {open && edits && !mine && <Btn small onClick={() => void act("/take", { version: c.version, assignee_id: me.person.id }, "It is yours.")}>Take it</Btn>}
          {open && edits && mine && <Btn small kind="quiet" onClick={() => void act("/take", { version: c.version, assignee_id: 0 }, "It is the team's again.")}>Give it back</Btn>}
          {c.held && screens && <Btn small onClick={() => void act("/release", {}, "The hold has ended.")}>End the hold</Btn>}
        </div>
        {c.held && <p className="pnote attention">{c.hold ? `Held by screening. ${c.hold}` : "Held by screening."}</p>}
      </header>
      <div className="pcols">
        <div className="pmain">
          <Choice label="What to show" value={tab} options={[["research", "Research"], ["preview", "As the applicant sees it"], ["history", "History"]]} onChange={setTab} />
          {tab === "research" ? <Research c={c} act={act} settle={edits && open ? (name, passed, text) => void act(`/proofs/${name}`, { passed, say: text }, "Noted.") : undefined} />
          : tab === "preview" ? <Preview id={id} /> : <ul className="plines">{c.history.map((e) => <li key={e.id} className="row"><span>{verbWord(e.verb)}{e.by && `, ${e.by}`}</span><span className="sp" /><span className="t12 m3 nw"><When at={e.at} /></span></li>)}</ul>}
        </div>
        <div className="pside"><Decide key={`${c.id}.${c.state}`} c={c} act={act} /><Member c={c} act={act} /><Suspense><SubjectRuns kind="application" id={id} as="pcard" /></Suspense></div>
      </div>
    </article>
  );
}

/** How much of the promised working time is used; the clock stands still while the applicant is asked. */
function Clock({ c }: { c: ApplicationCase }) {
  const share = c.within_us ? Math.min(1, c.used_us / c.within_us) : 0;
  const words = `${number(Math.round(c.used_us / 3.6e9))} of ${number(Math.round(c.within_us / 3.6e9))} working hours used`;
  return (
    <p className="row wrap pclock"><span className="meter" role="img" aria-label={words}><i className={c.late ? "late" : ""} style={{ width: `${share * 100}%` }} /></span>
      <span className={c.late ? "danger" : "m2"}>{words}</span>
      <span className={c.late ? "danger b5" : "m2"}>{c.promised ? <>Decide by <When at={c.promised} /></> : !c.running ? "The clock stands still: the applicant was asked" : c.late ? "The promise was missed" : ""}</span></p>
  );
}

function Preview({ id }: { id: number }) {
  const { data: p, isError, error, refetch } = useQuery(applicantPageQuery(id));
  if (isError) return <Failure what="The page" error={error} retry={() => void refetch()} />;
  if (!p) return <Skel w="60%" h={20} />;
  return (
    <div className="ppreview">
      <p className="t12 m3">Application {p.id} to {p.program}, {p.who}</p><h3 className="t20 b6">{p.word}</h3><p>{p.text}</p>
      {p.reasons.map((r, i) => <p key={i} className="m2 break" dir="auto">{r}</p>)}
      {p.proofs.map((x) => <p key={x.name} className="break"><b className="b5">{x.title}</b><br /><span className="m2">{x.say}</span></p>)}
      {p.question && <p className="break" dir="auto"><b className="b5">Our question</b><br />{p.question}</p>}
      {p.benefits.map((b) => <p key={b.title}><b className="b5">{b.title}</b> {b.code && <code>{b.code}</code>}<br /><span className="m2">{b.text}</span></p>)}
      {p.said.map((m, i) => <p key={i} className={`break psaid${m.mine ? " mine" : ""}`} dir="auto"><b className="b5">{m.mine ? "Applicant" : "Us"}</b> <span className="t12 m3"><When at={m.at} /></span><br />{m.text}</p>)}
    </div>
  );
}
