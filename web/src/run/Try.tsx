/** A dry run: what a playbook would do about a record, step by step, with a clock of its own. Nothing is stored or sent. */
import { Select, TextInput } from "@mantine/core";
import { IconPlayerSkipForward } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import type { DryRun, Playbook } from "@/api/run";
import { PageSkeleton } from "@/app/Missing";
import { PickRecord } from "@/customer/PickRecord";
import { Btn } from "@/ui/Btn";
import { Empty, Failure } from "@/ui/State";
import { Wrong } from "@/ui/Wrong";
import { DryLines } from "./DryLines";
import { nothing, sentTold, type Told } from "./told";
import { Fields, type Answers } from "./Fields";
import { PickSubject } from "./PickSubject";
import { playbooksQuery } from "./query";
import "./run.css";

export function Try() {
  const search = useSearch({ strict: false }) as { playbook?: string; id?: string };
  const go = useNavigate();
  const all = useQuery(playbooksQuery);
  useEffect(() => { document.title = "Try a playbook, Steward"; }, []);
  if (all.isError && !all.data) return <main className="pane page"><Failure what="Playbooks" error={all.error} retry={() => all.refetch()} /></main>;
  if (!all.data) return <PageSkeleton />;
  const p = all.data.find((x) => x.name === search.playbook);
  return (
    <main className="pane page" aria-label="Try a playbook">
      <header className="top"><p className="sub"><Link className="link" to={"/runs" as "/tickets"}>Playbooks</Link></p><h1 className="t20 b6" style={{ marginTop: 2 }}>{p ? `Try: ${p.title}` : "Try a playbook"}</h1><p className="sub">What a run would do, step by step. Nothing is stored and nothing is sent.</p></header>
      <div className="scroll">
        {all.data.length === 0 ? <Empty title="No playbook yet">Add one under Configuration.</Empty>
          : p ? <Trial key={p.name} of={p} id={search.id} pick={<PickBook all={all.data} name={p.name} go={(name) => void go({ to: "." as never, search: { playbook: name } as never })} />} />
          : <div className="startform"><PickBook all={all.data} name={null} go={(name) => void go({ to: "." as never, search: { playbook: name } as never })} /></div>}
      </div>
    </main>
  );
}

function PickBook({ all, name, go }: { all: Playbook[]; name: string | null; go: (name: string) => void }) {
  return <Select label="Playbook" data={all.map((x) => ({ value: x.name, label: x.title }))} value={name} onChange={(v) => v && go(v)} searchable allowDeselect={false} />;
}

function Trial({ of: p, id, pick }: { of: Playbook; id?: string; pick: React.ReactNode }) {
  const [about, setAbout] = useState<string | null>(id ?? null);
  const [at, setAt] = useState("");
  const [ask, setAsk] = useState<Answers>({});
  const [people, setPeople] = useState<Record<string, string | null>>({});
  const [told, setTold] = useState<Told>(nothing);
  const [found, setFound] = useState<DryRun | null>(null);
  const [shown, setShown] = useState(1);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const wrong: Record<string, string> = {};
  if (isApiError(error)) for (const d of error.details) if ("field" in d && d.field) wrong[String(d.field).replace(/^(body\.)?ask\./, "")] = d.message;
  const run = async (to: Told, keep: boolean) => {
    setBusy(true);
    setError(null);
    try {
      const chosen = Object.fromEntries(Object.entries(people).filter(([, v]) => v).map(([role, v]) => [role, { person_id: Number(v) }]));
      const now = await api.post<DryRun>("/playbooks/dry-run", { playbook: p.name, subject: { kind: p.subject, id: Number(about) }, ask, people: chosen, ...sentTold(to), ...(at ? { at: new Date(at).toISOString() } : {}) });
      setFound(now);
      setTold(to);
      setShown((n) => Math.min(keep ? n : 1, now.lines.length));
    } catch (e) { setError(e); }
    setBusy(false);
  };
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!busy && about) void run(nothing, false);
  };
  return (
    <div className="dryrun">
      <form onSubmit={submit} aria-label="What is tried">
        {pick}
        <PickSubject kind={p.subject} playbook={p.name} word={p.about} label={p.about} value={about} onChange={setAbout} />
        <TextInput label="Starts" description="Now when nothing is chosen" type="datetime-local" value={at} onChange={(e) => setAt(e.currentTarget.value)} error={wrong.at} />
        <Fields fields={p.ask} value={ask} onChange={setAsk} wrong={wrong} />
        {p.roles.filter((r) => r.ask).map((r) => <PickRecord key={r.role} kind="person" agents label={r.title} value={people[r.role] ?? null} onChange={(v) => setPeople({ ...people, [r.role]: v })} error={wrong[`people.${r.role}`]} />)}
        {error !== null && !found && <Wrong what="It could not be tried." error={error} />}
        <div className="row" style={{ gap: 10 }}><Btn kind={found ? "plain" : "pri"} type="submit" busy={busy} disabled={!about}>{found ? "Try again from the start" : "Try it"}</Btn></div>
      </form>
      {found ? <DryLines found={found} shown={shown} setShown={setShown} told={told} tell={(to) => void run(to, true)} busy={busy} error={error} start={<Link className="link t12" to={"/runs/new" as "/tickets"} search={{ playbook: p.name, subject: p.subject, id: about ?? undefined } as never}>Start it for real</Link>} />
        : <Empty icon={<IconPlayerSkipForward size={20} stroke={1.75} aria-hidden />} title="Nothing was tried yet">Choose what it is about. Everybody does their steps when they are due, or a day after their turn came; you may say how decisions turn out, what is answered, and when what is waited for comes.</Empty>}
    </div>
  );
}
