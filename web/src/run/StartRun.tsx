/** Starts a run about one record, or runs about all of a segment or all that meet a condition. */
import { Select, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import type { BulkRuns, Playbook, Run } from "@/api/run";
import { sumsQuery } from "@/account/data";
import { PageSkeleton } from "@/app/Missing";
import { useCan } from "@/app/session";
import { PickRecord } from "@/customer/PickRecord";
import { inside, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { Empty, Failure } from "@/ui/State";
import { Wrong } from "@/ui/Wrong";
import { Fields, type Answers } from "./Fields";
import { PickSubject } from "./PickSubject";
import { bulkQuery, playbooksForQuery } from "./query";
import "./run.css";

type Search = { playbook?: string; subject?: string; id?: string; segment?: string };

export function StartRun() {
  const search = useSearch({ strict: false }) as Search;
  const about = search.subject && Number(search.id) > 0 ? { subject: search.subject, id: Number(search.id) } : null;
  const all = useQuery(playbooksForQuery(about?.subject, about?.id));
  const [name, setName] = useState(search.playbook ?? "");
  useEffect(() => { document.title = "Start a run, Steward"; }, []);
  if (all.isError && !all.data) return <main className="pane page"><Failure what="Playbooks" error={all.error} retry={() => all.refetch()} /></main>;
  if (!all.data) return <PageSkeleton />;
  const fitting = all.data.filter((p) => !search.subject || p.sides.includes(search.subject));
  const p = fitting.find((x) => x.name === name) ?? (fitting.length === 1 ? fitting[0] : undefined);
  return (
    <main className="pane page" aria-label="Start a run">
      <header className="top"><p className="sub"><Link className="link" to={"/runs" as "/tickets"}>Playbooks</Link></p><h1 className="t20 b6" style={{ marginTop: 2 }}>{p ? `Start: ${p.title}` : "Start a run"}</h1></header>
      <div className="scroll"><div className="startform">
        {fitting.length === 0 ? <Empty title="No playbook fits">{search.subject ? "No playbook is for this record. Add one under Configuration." : "Add a playbook under Configuration."}</Empty>
          : <Select label="Playbook" data={fitting.map((x) => ({ value: x.name, label: x.title }))} value={p?.name ?? null} onChange={(v) => setName(v ?? "")} searchable allowDeselect={false} />}
        {p && <Start key={p.name} of={p} id={search.subject && p.sides.includes(search.subject) ? search.id : undefined} from={p.subject === "organization" || p.subject === "account" ? search.segment : undefined} />}
      </div></div>
    </main>
  );
}

function Start({ of: p, id, from }: { of: Playbook; id?: string; from?: string }) {
  const go = useNavigate();
  const [mode, setMode] = useState<"one" | "segment" | "many">(from ? "segment" : "one");
  const [about, setAbout] = useState<string | null>(id ?? null);
  const [where, setWhere] = useState("");
  const [segment, setSegment] = useState<string | null>(from ?? null);
  const segments = useCan("account.read") && (p.subject === "organization" || p.subject === "account");
  const [ask, setAsk] = useState<Answers>({});
  const [people, setPeople] = useState<Record<string, string | null>>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [bulk, setBulk] = useState<number | null>(null);
  const pickable = p.subject === "person" || p.subject === "organization" || p.subject === "account";
  const wrong: Record<string, string> = {};
  if (isApiError(error)) for (const d of error.details) if ("field" in d && d.field) wrong[String(d.field).replace(/^(body\.)?ask\./, "")] = d.message;
  const chosen = Object.fromEntries(Object.entries(people).filter(([, v]) => v).map(([role, v]) => [role, { person_id: Number(v) }]));
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      if (mode !== "one") setBulk((await api.post<BulkRuns>("/bulk-runs", { playbook: p.name, ...(mode === "segment" ? { segment } : { where }), ask, people: chosen })).id);
      else {
        const r = await api.post<Run>("/runs", { playbook: p.name, subject: { kind: p.subject, id: Number(about) }, ask, people: chosen });
        void go({ to: `/runs/${r.id}` as "/tickets" });
      }
    } catch (err) { setError(err); }
    setBusy(false);
  };
  if (bulk !== null) return <Progress id={bulk} />;
  return (
    <form onSubmit={submit} className="startform" style={{ padding: 0 }}>
      {pickable && <Choice label="About" value={mode} options={[["one", p.subject === "person" ? "One person" : p.subject === "account" ? "One account" : "One organization"], ...(segments ? [["segment", "A segment"]] as const : []), ...(p.subject === "account" ? [] : [["many", segments ? "By a condition" : "Many at once"]] as const)]} onChange={setMode} />}
      {mode === "segment" ? <Segments value={segment} onChange={setSegment} wrong={wrong.segment} /> : mode === "many"
        ? <Textarea label="Which ones" description='A condition, such as subject.attributes.plan == "premium". It is looked at for each record.' className="mono" required autosize minRows={2} value={where} onChange={(e) => setWhere(e.currentTarget.value)} error={wrong.where} />
        : <PickSubject kind={p.subject} playbook={p.name} word={p.about} label={pickable ? p.about : `About which ${inside(p.about)}`} value={about} onChange={setAbout} error={wrong["subject.id"]} />}
      <Fields fields={p.ask} value={ask} onChange={setAsk} wrong={wrong} />
      {p.roles.filter((r) => r.ask).map((r) => <PickRecord key={r.role} kind="person" agents label={r.title} value={people[r.role] ?? null} onChange={(v) => setPeople({ ...people, [r.role]: v })} error={wrong[`people.${r.role}`]} />)}
      {error !== null && <Wrong what="It was not started." error={error} />}
      <div className="row" style={{ gap: 8 }}><Btn kind="pri" type="submit" busy={busy} disabled={mode === "one" && !about || mode === "segment" && !segment}>{mode !== "one" ? "Start for all of them" : "Start"}</Btn><span className="sub">{plural(p.steps, "step")}</span><span className="grow" />{mode === "one" && about && <Link className="link t12" to={"/runs/try" as "/tickets"} search={{ playbook: p.name, id: about } as never}>Try it first</Link>}</div>
    </form>
  );
}

/** Picks a segment of accounts, with how many are in each. */
function Segments({ value, onChange, wrong }: { value: string | null; onChange: (v: string | null) => void; wrong?: string }) {
  const query = useQuery(sumsQuery({}));
  const count = new Map<string, number>();
  for (const r of query.data ?? []) if (r.segment) count.set(r.segment, (count.get(r.segment) ?? 0) + r.accounts);
  if (query.isError && !query.data) return <Failure what="The segments" error={query.error} retry={() => query.refetch()} />;
  if (query.isSuccess && count.size === 0) return <p className="sub">No account is in a segment yet. Segments are given on an account's page or by an import.</p>;
  return <Select label="Segment" description="A run is started about each organization in it that you may see." data={[...count].map(([name, n]) => ({ value: name, label: `${name}, ${plural(n, "account")}` }))} value={value} onChange={onChange} disabled={query.isPending} placeholder={query.isPending ? "Looking" : "Choose one"} searchable allowDeselect={false} error={wrong} />;
}

/** How far a start of many is. */
function Progress({ id }: { id: number }) {
  const query = useQuery(bulkQuery(id));
  const b = query.data;
  if (query.isError && !b) return <Failure what="How far it is" error={query.error} retry={() => query.refetch()} />;
  return (
    <section aria-live="polite" className="startform" style={{ padding: 0 }}>
      <p className={`banner ${b?.state === "done" ? "good" : "info"}`}><span className="grow">{b ? <>{b.state === "done" ? "Done: " : "Under way: "}{plural(b.started, "run")} started of {plural(b.looked, "record")} looked at{b.refused > 0 && <>, {b.refused} refused</>}.</> : "It begins."} You may leave this page.</span></p>
      {b && b.problems.length > 0 && <ul className="sub">{b.problems.map((x) => <li key={x.id} className="break">{x.id}: {x.text}</li>)}</ul>}
      <p><Link className="link" to={"/runs" as "/tickets"}>To the runs</Link></p>
    </section>
  );
}
