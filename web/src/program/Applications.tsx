/** The reviewer's desk for programs: the queue beside the case, so that nobody returns to a list between two. */
import { Select } from "@mantine/core";
import { IconSchool } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { api } from "@/api/client";
import { applicationsQuery, programsQuery } from "@/api/query";
import type { Application, ApplicationCase } from "@/api/program";
import { useCan } from "@/app/session";
import { phrase } from "@/language/phrase";
import { countText, number } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { More } from "@/ui/More";
import { fail, say } from "@/ui/notify";
import { Empty, Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { Case } from "./Case";
import { sortWord, stateWord } from "./words";
import "./program.css";

const lists: [string, string, Record<string, string>][] = [
  ["queue", "To decide", { queue: "true" }], ["asked", "Asked", { state: "asked,verifying" }], ["members", "Members", { state: "active,notice,approved" }],
  ["closed", "Closed", { state: "rejected,withdrawn,lapsed,revoked,expired,renewed" }],
];

export function Applications() {
  const id = Number((useParams({ strict: false }) as { id?: string }).id) || null;
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const go = useNavigate();
  const q = useQueryClient();
  const may = useCan("application.edit");
  const screens = useCan("application.screen");
  const supplies = useCan("application.supply");
  const list = search.list ?? "queue";
  const all = screens ? [...lists, ["held", phrase("On hold", "support or an application"), { held: "true" }] as (typeof lists)[number]] : lists;
  const filter = { ...(all.find(([name]) => name === list) ?? all[0])[2], ...(search.program ? { program: search.program } : {}) };
  const query = useInfiniteQuery(applicationsQuery(filter));
  const programs = useQuery(programsQuery);
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const to = (next: number | null, more: Record<string, string | undefined> = {}) => void go({ to: (next ? `/applications/${next}` : "/applications") as never, search: { ...search, ...more } as never });
  useEffect(() => { document.title = "Programs, Steward"; }, []);

  async function next() {
    try {
      const { application } = await api.post<{ application: ApplicationCase | null }>("/applications/next", search.program ? { program: search.program } : {});
      for (const k of ["applications", "programs"]) void q.invalidateQueries({ queryKey: [k] });
      if (!application) { say("Nothing waits any more."); to(null); return; }
      q.setQueryData(["application", application.id], application);
      to(application.id);
    } catch (e) { fail("The next application was not taken", e); }
  }

  return (
    <main className={`pane page programs${id ? " one" : ""}`} aria-label="Programs">
      <header className="phead row wrap">
        <h1 className="t16 b6">Programs</h1>
        <Choice label="Which applications" value={list} options={all.map(([name, word]) => [name, word] as const)} onChange={(v) => to(null, { list: v })} />
        {supplies && <Link className="link" to={"/pools" as "/tickets"}>Codes and bookings</Link>}
        <span className="sp" />
        {(programs.data?.length ?? 0) > 0 && <Select size="xs" className="pick" aria-label="Program" value={search.program ?? ""} allowDeselect={false} onChange={(v) => to(null, { program: v || undefined })}
          data={[{ value: "", label: "All programs" }, ...programs.data!.map((p) => ({ value: p.name, label: `${p.title} (${countText(p.waiting)})` }))]} />}
        {may && <Btn kind="pri" small onClick={() => void next()}>Next</Btn>}
      </header>
      <div className="psplit">
        <section className="plist scroll" aria-label="Applications">
          {query.isError && !query.data ? <Failure what="Applications" error={query.error} retry={() => query.refetch()} />
          : query.isPending ? <div className="pskel">{[70, 50, 60, 45].map((w, i) => <Skel key={i} w={`${w}%`} />)}</div>
          : rows.length === 0 ? <Empty icon={<IconSchool size={20} stroke={1.75} aria-hidden />} title={list === "queue" ? "Nothing waits for a decision" : "None"}>{list === "queue" ? "What the rules cannot decide comes here: renewals first, then applicants who have answered, then new ones." : undefined}</Empty>
          : <ul>{rows.map((a) => <Row key={a.id} a={a} on={a.id === id} search={search} />)}</ul>}
          <More query={query} />
        </section>
        <section className="pcase scroll" aria-label="Application">
          {id ? <Case key={id} id={id} next={next} back={() => to(null)} />
          : <Overview />}
        </section>
      </div>
    </main>
  );
}

function Row({ a, on, search }: { a: Application; on: boolean; search: object }) {
  return (
    <li><Link to={`/applications/${a.id}` as "/tickets"} search={search as never} className={`approw${on ? " on" : ""}`} aria-current={on ? "true" : undefined}>
      <span className="row"><b className="b5 cut" dir="auto">{a.organization || a.name}</b><span className="sp" />{a.promised ? <span className={a.late ? "t12 danger nw" : "t12 m3 nw"}><When at={a.promised} /></span> : a.until && <span className="t12 m3 nw"><When at={a.until} /></span>}</span>
      <span className="row t12 m3"><span className="cut">{a.program_title}</span><span className="sp" />{a.held && <span className="tag attention">{phrase("On hold", "support or an application")}</span>}<span className="nw">{a.state === "review" ? sortWord[a.sort] : stateWord[a.state]}{a.assignee && `, ${a.assignee}`}</span></span>
    </Link></li>
  );
}

/** What there is when no case is open: the programs, what waits in each, and how often their pages were seen. */
function Overview() {
  const { data, isError, error, refetch } = useQuery(programsQuery);
  if (isError) return <Failure what="Programs" error={error} retry={() => void refetch()} />;
  if (data?.length === 0) return <Empty icon={<IconSchool size={20} stroke={1.75} aria-hidden />} title="There is no program yet">A text of kind program makes one: its page, its form, its rules and what it gives.</Empty>;
  return (
    <table className="tbl fixed"><thead><tr><th>Program</th><th className="num" style={{ width: 110 }}>To decide</th><th className="num wide" style={{ width: 150 }}>Views in 30 days</th></tr></thead>
      <tbody>{data?.map((p) => <tr key={p.id}><td><a className="link b5" href={p.path} target="_blank" rel="noreferrer">{p.title}</a><p className="sub">{p.closed || `Version ${p.version}`}</p></td><td className="num">{countText(p.waiting)}</td><td className="num wide">{number(p.shown)}</td></tr>)}</tbody></table>
  );
}
