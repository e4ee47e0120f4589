/** One blueprint: its text with live findings, what applying would do, and the apply itself with a message. */
import { Menu, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconChevronDown, IconCircleCheck, IconCircleX, IconGitCompare, IconStack2 } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import { isApiError, sentenceOf } from "@/api/error";
import { blueprintQuery, kindsQuery } from "@/api/query";
import type { Applied, BlueprintDetail, Finding, Plan } from "@/api/types";
import { useCommands } from "@/app/commands";
import { PageSkeleton } from "@/app/Missing";
import { useCan } from "@/app/session";
import { date, exact, ms } from "@/lib/time";
import { plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Empty, Failure, Skel } from "@/ui/State";
import { Tag, Warn } from "@/ui/Tag";
import type { EditorHandle } from "./Editor";
import { Firings } from "./Firings";
import { isRule } from "./rules";
import { Findings, FindingsHead, tally } from "./Findings";
import { asks } from "./approve";
import { countsText, PlanView } from "./PlanView";
import { replayable } from "./replay";
import { ReplayPart } from "./ReplayPart";
import "./config.css";

const Editor = lazy(() => import("./Editor"));

export function BlueprintPage() {
  const { kind, name } = useParams({ strict: false }) as { kind: string; name: string };
  const query = useQuery({ ...blueprintQuery(kind, name), refetchOnWindowFocus: false });
  if (query.isError && !query.data) return <main className="pane page"><Failure what={`${kind}/${name}`} error={query.error} retry={() => query.refetch()} /></main>;
  if (!query.data) return <PageSkeleton />;
  return <Workbench key={`${kind}/${name}`} blueprint={query.data} start={query.data.text} kind={kind} />;
}

export function NewBlueprint() {
  const search = useSearch({ strict: false }) as { kind?: string; text?: string };
  const go = useNavigate();
  const kinds = useQuery(kindsQuery);
  const kind = kinds.data?.find((k) => k.kind === search.kind);
  if (kinds.isError && !kinds.data) return <main className="pane page"><Failure what="The list of kinds" error={kinds.error} retry={() => kinds.refetch()} /></main>;
  if (!kinds.data) return <PageSkeleton />;
  if (kind) return <Workbench key={kind.kind} start={search.text || kind.example} kind={kind.kind} newTitle={`New ${kind.title.toLowerCase()}`} />;
  return (
    <main className="pane page" aria-label="New blueprint">
      <header className="top"><h1 className="t20 b6">What should it be</h1><p className="sub">Each kind starts from an example that already passes the checks.</p></header>
      <div className="scroll" style={{ padding: "16px 24px", maxWidth: 560 }}>
        <Select label="Kind" searchable data={kinds.data.map((k) => ({ value: k.kind, label: k.title }))} onChange={(v) => v && void go({ to: "." as never, search: { kind: v } as never, replace: true })} />
        <ul style={{ marginTop: 16 }}>{kinds.data.map((k) => <li key={k.kind} style={{ padding: "8px 0", borderTop: "1px solid var(--line)" }}><Link className="link b5" to={"/configuration/new" as "/tickets"} search={{ kind: k.kind } as never} replace>{k.title}</Link><p className="sub">{k.summary}</p></li>)}</ul>
      </div>
    </main>
  );
}

function Workbench({ blueprint: b, start, kind, newTitle }: { blueprint?: BlueprintDetail; start: string; kind: string; newTitle?: string }) {
  const q = useQueryClient();
  const go = useNavigate();
  const can = useCan("blueprint.apply");
  const [base, setBase] = useState(start);
  const [text, setText] = useState(start);
  const [findings, setFindings] = useState<Finding[]>([]);
  const [checking, setChecking] = useState(false);
  const [plan, setPlan] = useState<{ of: string; plan: Plan } | null>(null);
  const [busy, setBusy] = useState<"plan" | "apply" | null>(null);
  const [message, setMessage] = useState("");
  const [error, setError] = useState<{ what: string; error: unknown } | null>(null);
  const editor = useRef<EditorHandle>(null);
  const messageBox = useRef<HTMLInputElement>(null);
  const [debounced] = useDebouncedValue(text, 450);
  const path = b ? `${b.kind}/${b.name}.yaml` : `${kind}/new.yaml`;
  const dirty = text !== base || !b;
  const title = b?.title || newTitle || "New blueprint";
  useEffect(() => { document.title = `${title}, Steward`; }, [title]);
  // Somebody else applied a newer text: take it when nothing was typed here.
  const moved = b && b.text !== base;
  useEffect(() => {
    if (b && moved && text === base) {
      setBase(b.text);
      setText(b.text);
      editor.current?.set(b.text);
    }
  }, [b, moved, text, base]);
  useEffect(() => {
    let gone = false;
    setChecking(true);
    api.post<{ findings: Finding[] }>("/lint", { documents: [{ path, text: debounced }] }).then((r) => { if (!gone) setFindings(r.findings ?? []); }).catch(() => {}).finally(() => { if (!gone) setChecking(false); });
    return () => { gone = true; };
  }, [debounced, path]);
  useEffect(() => {
    if (!dirty || !b) return;
    const stop = (e: BeforeUnloadEvent) => e.preventDefault();
    addEventListener("beforeunload", stop);
    return () => removeEventListener("beforeunload", stop);
  }, [dirty, b]);

  async function makePlan() {
    if (busy) return;
    setBusy("plan");
    setError(null);
    try {
      const p = await api.post<Plan>("/plan", { documents: [{ path, text }], prune: false });
      setPlan({ of: text, plan: p });
      setFindings(p.findings);
      setTimeout(() => messageBox.current?.focus());
    } catch (e) {
      setError({ what: "The plan could not be made.", error: e });
    }
    setBusy(null);
  }
  async function applyPlan() {
    if (!plan || busy) return;
    if (!message.trim()) return messageBox.current?.focus();
    setBusy("apply");
    setError(null);
    try {
      const r = await api.post<Applied>("/apply", { documents: [{ path, text: plan.of }], prune: false, base_generation: plan.plan.base_generation, message: message.trim() });
      if (r.request) {
        say(`Change request ${r.request.id} waits for approval.`);
        void q.invalidateQueries({ queryKey: ["requests"] });
        return void go({ to: `/configuration/requests/${r.request.id}` as "/tickets" });
      }
      say(r.number === null ? "Nothing to change: this already applies." : `Applied as change ${r.number}.`);
      const c = r.plan.changes[0] ?? plan.plan.changes[0];
      setBase(plan.of);
      setPlan(null);
      setMessage("");
      for (const k of ["blueprints", "blueprint", "changes", "views", "teams"]) void q.invalidateQueries({ queryKey: [k] });
      if (!b && c) void go({ to: `/configuration/${c.kind}/${c.name}` as "/tickets" });
    } catch (e) {
      setError({ what: "It was not applied.", error: e });
      if (isApiError(e) && e.status === 422) {
        const said = e.details.filter((d): d is Finding => "severity" in d);
        if (said.length) setFindings(said);
      }
    }
    setBusy(null);
  }
  useCommands([{ id: "plan", title: "Plan this text", section: "Configuration", keys: "mod+enter", run: () => (plan && plan.of === text ? void applyPlan() : void makePlan()), typing: true }], can);

  const n = tally(findings);
  const stale = plan && plan.of !== text;
  const ready = plan && !stale;
  const conflict = error && isApiError(error.error) && error.error.status === 409;
  const needs = plan?.plan.requirements ?? [];
  const act = plan?.plan.changes.filter((c) => c.action !== "unchanged").length ?? 0;
  return (
    <main className="pane page" aria-label={title}>
      <header className="top">
        <p className="t12 m3" style={{ marginBottom: 2 }}><Link className="link" to={"/configuration" as "/tickets"}>Configuration</Link></p>
        <div className="row wrap" style={{ gap: 12 }}>
          <div className="grow" style={{ flexBasis: 220 }}>
            <h1 className="t20 b6 cut">{title}</h1>
            <div className="row wrap t12 m2" style={{ gap: 10, marginTop: 2 }}>
              {b ? <><span className="mono">{b.kind}/{b.name}</span><span>Version {b.version}</span>{b.drifted && <Tag meaning="attention" icon={<Warn />} title="Edited here since it was last applied from a folder">Drifted</Tag>}
                {b.updated_by && b.updated_at && <span className="m3">by {b.updated_by.name}, <time title={exact(b.updated_at)} dateTime={b.updated_at}>{date(ms(b.updated_at))}</time></span>}</> : <span>Nothing applies until you plan and apply it.</span>}
            </div>
          </div>
          {b && <Versions b={b} onPick={(t) => { editor.current?.set(t); }} />}
        </div>
      </header>
      {moved && text !== base && <p className="banner attention" style={{ margin: "8px 20px" }} role="alert"><span className="attention"><Warn /></span><span className="grow">A newer version was applied while you were typing. Your text is kept; planning compares it with the newest.</span><Btn small onClick={() => { setBase(b.text); editor.current?.set(b.text); }}>Take theirs</Btn></p>}
      <div className="work">
        <section aria-label="Text">
          <div className="sh"><b>{path}</b><span className="grow" /><span>{dirty ? (b ? "Edited, not applied" : "Not applied") : "Applied"}</span>{dirty && b && <button type="button" className="link" style={{ height: "auto" }} onClick={() => editor.current?.set(base)}>Restore</button>}</div>
          <div className="editor"><Suspense fallback={<div style={{ padding: 16, display: "grid", gap: 10 }}>{[50, 30, 62, 44, 70].map((w) => <Skel key={w} w={`${w}%`} />)}</div>}><Editor ref={editor} text={start} findings={findings} onChange={setText} readOnly={!can} label={`Text of ${path}`} onPlan={() => (ready ? void applyPlan() : void makePlan())} /></Suspense></div>
          <FindingsHead findings={findings} checking={checking} />
          <div className="scroll findings" style={{ flex: "0 1 auto" }}><Findings findings={findings} goTo={(f) => editor.current?.goTo(f.line, f.column)} /></div>
        </section>
        <section aria-label="Plan">
          <div className="sh"><b>Plan</b>{plan && <span>{countsText(plan.plan.counts)}</span>}</div>
          <div className="scroll">
            {stale && <p className="banner info" style={{ margin: "12px 20px 0" }}>The text changed since this plan. Plan again before applying.</p>}
            {ready && needs.length > 0 && <p className="banner info" style={{ margin: "12px 20px 0" }}><span className="grow">This will not apply at once. It becomes a change request that needs {needs.map((x, i) => <span key={x.policy}>{i > 0 && " and "}{asks(x)} (<Link className="link in" to={`/configuration/policy/${x.policy}` as "/tickets"}>{x.title}</Link>)</span>)}.</span></p>}
            {plan ? <><PlanView changes={plan.plan.changes} />{act > 0 && replayable([b?.kind ?? kind]) && <ReplayPart documents={[{ path, text: plan.of }]} />}</> : (
              <Empty icon={<IconGitCompare size={20} stroke={1.75} aria-hidden />} title={dirty ? "See what this text would change" : "No change yet"}>
                {dirty ? "The plan shows every field that would differ, before anything applies." : "Edit the text, then plan it. Nothing applies until you say so."}
              </Empty>
            )}
            {b && !plan && isRule(b.kind) && <Firings kind={b.kind} name={b.name} />}
            {b && !plan && b.used_by.length > 0 && <div style={{ padding: "0 20px 20px" }}><h3 className="h3" style={{ marginBottom: 4 }}>Used by</h3>{b.used_by.map((u) => <p key={u.kind + u.name}><Link className="link" to={`/configuration/${u.kind}/${u.name}` as "/tickets"}>{u.title || u.name}</Link> <span className="m3 t12">{u.kind}</span></p>)}</div>}
          </div>
        </section>
      </div>
      {error && (
        <div className="banner danger" style={{ margin: "8px 20px" }} role="alert"><span className="danger"><Warn /></span>
          <span className="grow"><b className="b6">{error.what}</b> {conflict ? "Somebody applied another change after this plan was made. Plan again to see what your text would do now." : sentenceOf(error.error)}</span>
          {conflict && <Btn small onClick={makePlan}>Plan again</Btn>}
        </div>
      )}
      <footer className="appr">
        <div className="st">{n.error ? <span className="danger"><IconCircleX size={16} stroke={1.75} aria-hidden /></span> : <span className="good"><IconCircleCheck size={16} stroke={1.75} aria-hidden /></span>}<b>Findings</b><span>{n.error ? plural(n.error, "error") : "no errors"}</span></div>
        <div className="st wide"><IconStack2 size={16} stroke={1.75} aria-hidden /><b>Plan</b><span>{ready ? `${plural(act, "blueprint")} would change` : stale ? "out of date" : "not made"}</span></div>
        <span className="grow" />
        {!can ? <span className="m3 t12">You may read this, but not apply changes.</span> : ready && act > 0 ? (
          <>
            <TextInput ref={messageBox} value={message} onChange={(e) => setMessage(e.currentTarget.value)} placeholder="Say why, for the history" aria-label="Message of this change" maxLength={500} style={{ flex: "1 1 220px", maxWidth: 420 }} onKeyDown={(e) => e.key === "Enter" && void applyPlan()} />
            <Btn kind="pri" busy={busy === "apply"} disabled={n.error > 0 || !message.trim()} onClick={applyPlan}>{busy === "apply" ? (needs.length ? "Asking" : "Applying") : needs.length ? "Ask for approval" : "Apply"} <kbd className="wide">Ctrl ↵</kbd></Btn>
          </>
        ) : <Btn kind={dirty ? "pri" : "plain"} busy={busy === "plan"} onClick={makePlan}>{busy === "plan" ? "Planning" : "Plan"} <kbd className="wide">Ctrl ↵</kbd></Btn>}
      </footer>
    </main>
  );
}

function Versions({ b, onPick }: { b: BlueprintDetail; onPick: (text: string) => void }) {
  const [busy, setBusy] = useState(false);
  async function pick(version: number) {
    setBusy(true);
    try {
      onPick((await api.get<BlueprintDetail>(`/blueprints/${b.kind}/${b.name}`, { version })).text);
      say(`Text of version ${version} is in the editor. Nothing applies until you plan and apply it.`);
    } catch (e) {
      say(`Version ${version} could not be read. ${sentenceOf(e)}`);
    }
    setBusy(false);
  }
  return (
    <Menu position="bottom-end" width={300}>
      <Menu.Target><Btn busy={busy}>Versions<IconChevronDown size={16} stroke={1.75} aria-hidden /></Btn></Menu.Target>
      <Menu.Dropdown style={{ maxHeight: 320, overflow: "auto" }}>
        <Menu.Label>Put an earlier text into the editor</Menu.Label>
        {b.versions.map((v) => <Menu.Item key={v.version} onClick={() => void pick(v.version)} rightSection={<span className="m3 t12">{date(ms(v.at))}</span>}>Version {v.version}, change {v.change}{v.retired ? ", retired" : ""}</Menu.Item>)}
      </Menu.Dropdown>
    </Menu>
  );
}
