/** What recorded history says about a proposal: the sentence that matters, what else would differ, and the records themselves. */
import { IconInfoCircle } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Replay, ReplaySection } from "@/api/configuration";
import { replayRecordsQuery } from "@/api/query";
import { number } from "@/lib/words";
import { More } from "@/ui/More";
import { Failure, Skel } from "@/ui/State";
import { Shift, Whose } from "./Shift";
import { aspectWord, days, lead, story } from "./replay";

export function ReplayReport({ replay: r }: { replay: Replay }) {
  const sections = r.report?.sections ?? [];
  if (sections.length === 0) return <p className="m2">Nothing that recorded history could tell about would change.</p>;
  return <>{sections.map((s) => <Section key={s.records} replay={r.id} section={s} days={days(r.since, r.until)} />)}</>;
}

function Section({ replay, section: s, days: d }: { replay: number; section: ReplaySection; days: number }) {
  const said = lead(s, d);
  const others = s.totals.filter((x) => x.records > 0).slice(1);
  return (
    <>
      <p className="t28 b6">{said.figure}</p>
      <p className="m2 t14">{said.rest}{s.different > 0 && s.replayed > s.different && ` The other ${number(s.replayed - s.different)} stay as they were.`}</p>
      {others.length > 0 && <ul className="m2" style={{ marginTop: 8 }}>{others.map((x) => <li key={x.change}><b className="b6" style={{ color: "var(--ink)" }}>{number(x.records)}</b> {x.sentence}</li>)}</ul>}
      <Shift late={s.late ?? []} />
      <Whose shares={s.whose ?? []} />
      {s.groups.map((g) => <Group key={[g.kind, g.name, g.aspect, g.change].join()} replay={replay} records={s.records} group={g} sentence={s.totals.find((x) => x.change === g.change)?.sentence ?? g.change} most={Math.max(...s.groups.map((x) => x.records))} />)}
      {s.not_replayable.map((n) => <p key={n.reason} className="row m3 t12" style={{ marginTop: 10, alignItems: "flex-start" }}><IconInfoCircle size={16} stroke={1.75} aria-hidden /><span>{number(n.records)} are left out, not guessed: {n.reason}</span></p>)}
      {s.otherwise_recorded > 0 && <p className="m3 t12" style={{ marginTop: 10 }}>{number(s.otherwise_recorded)} went otherwise when they happened, because an older configuration was in force then.</p>}
    </>
  );
}

const FEW = 5;
interface GroupProps { replay: number; records: string; group: ReplaySection["groups"][number]; sentence: string; most: number }
function Group({ replay, records, group: g, sentence, most }: GroupProps) {
  const [all, setAll] = useState(false);
  const listed = g.kept ?? g.examples.length;
  const list = useInfiniteQuery({ ...replayRecordsQuery(replay, g.part ?? 0), enabled: all && g.kept !== undefined });
  const whole = g.kept === undefined ? g.examples : list.data?.pages.flatMap((p) => p.items) ?? g.examples;
  const shown = all ? whole : g.examples.slice(0, FEW);
  const aspect = aspectWord(g.aspect);
  const told = g.examples.every((e) => story(e) === null);
  const file = `/api/v1/configuration/replays/${replay}/export?part=${g.part}&format=csv`;
  return (
    <section className="rgroup" aria-label={`${aspect}, ${g.name}`}>
      <div className="row"><h3 className="b6 grow" style={{ margin: 0 }}>{aspect}{g.name && <>, <Link className="link in" to={`/configuration/${g.kind}/${g.name}` as "/tickets"}>{g.name}</Link></>}</h3><span className="num b6">{number(g.records)}</span></div>
      <div className="rbar" aria-hidden="true"><i style={{ width: `${Math.max(1, (g.records / most) * 100)}%` }} /></div>
      <p className="sub">{sentence}</p>
      <table className="fields"><thead><tr><th style={{ width: 72 }}>{records === "tickets" ? "Ticket" : "Record"}</th>{told ? <th>What would differ</th> : <><th>As it was</th><th>By this proposal</th></>}</tr></thead><tbody>
        {shown.map((e) => {
          const terms = story(e);
          return <tr key={e.record.id} title={e.sentence}><td><Link className="link" to={e.link as "/tickets"}>{e.record.id}</Link></td>{terms ? <><td className="m2">{terms[0]}</td><td className="b5">{terms[1]}</td></> : <td>{e.sentence}</td>}</tr>;
        })}
      </tbody></table>
      {all && list.isLoading && <Skel w="60%" style={{ marginTop: 8 }} />}
      {all && list.isError && <Failure what="The whole list" error={list.error} retry={() => list.refetch()} />}
      {all && <More query={list} />}
      <p className="row wrap" style={{ gap: 12 }}>
        {listed > FEW && <button type="button" className="link t12" aria-expanded={all} onClick={() => setAll(!all)}>{all ? "Show fewer" : `Show all ${number(listed)}`}</button>}
        {g.kept !== undefined && listed > 0 && <a className="link t12" href={file} download>Download as CSV</a>}
      </p>
      {all && g.records > listed && <p className="sub">The newest {number(listed)} of {number(g.records)}.</p>}
    </section>
  );
}
