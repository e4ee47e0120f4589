/** How the ticket's time went, folded: reply times, states, hands, and the ids other systems know it by. */
import { IconChevronRight, IconPlus, IconX } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import type { ID, Ticket, TicketPatch, TicketTimes as Times } from "@/api/types";
import { useStored } from "@/lib/store";
import { metricWord, plural, statusWord } from "@/lib/words";
import { spell } from "@/queue/words";
import { Btn } from "@/ui/Btn";
import { Skel } from "@/ui/State";
import { Wrong } from "@/ui/Wrong";
import { When } from "@/ui/When";

const timesQuery = (id: ID, version: number) => queryOptions({ queryKey: ["ticket", id, "times", version], queryFn: () => api.get<Times>(`/tickets/${id}/metrics`) });

export default function TicketTimes({ ticket: t, patch }: { ticket: Ticket; patch: (p: TicketPatch, said?: string) => Promise<boolean> }) {
  const [open, setOpen] = useStored("times", "closed");
  const on = open === "open";
  return (
    <section className="times" aria-label="Times and ids">
      <button type="button" className="t12 m3 row foldhead" aria-expanded={on} onClick={() => setOpen(on ? "closed" : "open")}><IconChevronRight size={14} stroke={1.75} aria-hidden className={on ? "turned" : ""} />Times and ids</button>
      {on && <><Told ticket={t} /><Ids key={t.version} ticket={t} patch={patch} /></>}
    </section>
  );
}

function Told({ ticket: t }: { ticket: Ticket }) {
  const query = useQuery(timesQuery(t.id, t.version));
  const d = query.data;
  if (query.isError) return <Wrong what="The times could not be read." error={query.error} />;
  if (!d) return <div style={{ display: "grid", gap: 8 }}><Skel w="70%" /><Skel w="50%" /></div>;
  if (d.unknown) return <p className="t12 m3">Its times cannot be told: {d.unknown}.</p>;
  const metrics = d.metrics.filter((m) => m.minutes !== null);
  return (
    <table className="timestbl t12">
      <caption className="sr">How long it took, by the clock on the wall</caption>
      <tbody>
        {metrics.map((m) => (
          <tr key={m.metric}><th scope="row">{metricWord[m.metric]}</th><td>{spell(m.minutes!)}{m.running && " so far"}{m.count > 1 && <Rounds of={m} />}</td></tr>
        ))}
        {d.states.map((s) => <tr key={s.status}><th scope="row">In {statusWord[s.status]}</th><td>{spell(s.minutes)}</td></tr>)}
        <tr><th scope="row">Replies</th><td>{d.course.replies}</td></tr>
        <tr><th scope="row">Reopened</th><td>{d.course.reopens === 0 ? "Never" : plural(d.course.reopens, "time")}</td></tr>
        <tr><th scope="row">Hands</th><td>{plural(d.course.assignees, "assignee")}, {plural(d.course.teams, "team")}</td></tr>
      </tbody>
    </table>
  );
}

function Rounds({ of }: { of: Times["metrics"][number] }) {
  return (
    <details><summary className="m3">{plural(of.count, "round")}</summary>
      <ul>{of.rounds.map((r) => <li key={r.event_id + r.from}><When at={r.from} as="stamp" />: {spell(r.minutes)}</li>)}</ul>
    </details>
  );
}

function Ids({ ticket: t, patch }: { ticket: Ticket; patch: (p: TicketPatch, said?: string) => Promise<boolean> }) {
  const ids = t.external_ids ?? [];
  const [adding, setAdding] = useState(false);
  const [source, setSource] = useState("");
  const [id, setId] = useState("");
  const save = (e: FormEvent) => {
    e.preventDefault();
    void patch({ external_ids: [...ids, { source: source.trim(), id: id.trim() }] }, `Known in ${source.trim()} as ${id.trim()}.`);
  };
  return (
    <div className="idsof t12">
      <p className="row m3"><span className="grow">Known elsewhere as</span>{t.can.edit && !adding && <Btn small kind="quiet" tip="Add an id" icon={<IconPlus size={16} stroke={1.75} aria-hidden />} onClick={() => setAdding(true)} />}</p>
      {ids.length === 0 && !adding && <p className="m3">No id of another system.</p>}
      {ids.map((x) => <p key={x.source + x.id} className="row prow"><span className="m3">{x.source}</span><span className="cut grow" title={x.id}>{x.id}</span>{t.can.edit && <button type="button" className="xbtn" aria-label={`Take ${x.source} ${x.id} away`} title="Take away" onClick={() => void patch({ external_ids: ids.filter((y) => y !== x) }, `${x.source} ${x.id} was taken away.`)}><IconX size={14} stroke={1.75} aria-hidden /></button>}</p>)}
      {adding && (
        <form className="idform" onSubmit={save}>
          <input aria-label="Which system" placeholder="System, such as jira" autoFocus required maxLength={64} value={source} onChange={(e) => setSource(e.target.value)} />
          <input aria-label="Its id there" placeholder="Its id there" required maxLength={256} value={id} onChange={(e) => setId(e.target.value)} />
          <span className="row"><Btn small type="submit">Add</Btn><Btn small kind="quiet" onClick={() => setAdding(false)}>Leave</Btn></span>
        </form>
      )}
    </div>
  );
}
