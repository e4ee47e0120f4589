/** Where a text is worked on: as a form and as text, both live; then what it would do, and the proposal. */
import { IconArrowBackUp, IconArrowForwardUp, IconCircleCheck, IconCircleX, IconGitCompare } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { forwardRef, lazy, Suspense, useCallback, useImperativeHandle, useRef, useState } from "react";
import { isApiError, sentenceOf } from "@/api/error";
import { blueprintsQuery } from "@/api/query";
import type { BlueprintDetail } from "@/api/configuration";
import { useCommands } from "@/app/commands";
import { useCan } from "@/app/session";
import { useStored } from "@/lib/store";
import { relative } from "@/lib/time";
import { usePages } from "@/lib/useMedia";
import { plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { fail, say } from "@/ui/notify";
import { Skel } from "@/ui/State";
import { Warn } from "@/ui/Tag";
import { Wrong } from "@/ui/Wrong";
import type { EditorHandle } from "./Editor";
import { Findings, FindingsHead, tally } from "./Findings";
import { readTree, setAt } from "./form/tree";
import type { Schema } from "./form/schema";
import { Meanwhile } from "./Meanwhile";
import { Review } from "./Review";
import { useWork } from "./useWork";

const Editor = lazy(() => import("./Editor"));
const Form = lazy(() => import("./form/Form"));
const icon = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
const wait = <div style={{ padding: 24, display: "grid", gap: 16, flex: 1, alignContent: "start" }}>{[50, 30, 62, 44, 70].map((w) => <Skel key={w} w={`${w}%`} />)}</div>;
type Look = "form" | "both" | "text";

export interface WorkbenchHandle { take: (text: string) => void; disable: (off: boolean) => void; remove: () => void }
interface Props { b?: BlueprintDetail; start: string; kind: string; schema: Schema | null; shown?: boolean; title?: string }

export const Workbench = forwardRef<WorkbenchHandle, Props>(function Workbench({ b, start, kind, schema, shown = true }, ref) {
  const go = useNavigate();
  const can = useCan("blueprint.apply");
  const work = useWork(kind, b, start);
  const blueprints = useQuery(blueprintsQuery).data ?? [];
  const [reviewing, setReviewing] = useState(false);
  const [stored, setLook] = useStored("config.look", "both");
  const narrow = usePages();
  const look: Look = narrow && stored === "both" ? "form" : (stored as Look);
  const editor = useRef<EditorHandle>(null);
  const { tree, text, findings, setText } = work;
  const onFail = useCallback((e: unknown) => fail("The form could not change the text", e instanceof Error ? e : new Error(String(e))), []);
  // A new blueprint is named after its title until it has a name of its own.
  const onText = useCallback((next: string) => {
    setText((was: string) => {
      if (b) return next;
      const before = readTree(was).value, t = readTree(next);
      return t.value.title !== before.title && t.value.name === before.name && (before.name === slug(before.title) || !before.name) ? setAt(t, ["name"], slug(t.value.title)) : next;
    });
  }, [b, setText]);
  const n = tally(findings);

  async function review(of = text, remove = false) {
    if (work.busy) return;
    if (await work.makePlan(of, remove)) setReviewing(true);
  }
  useImperativeHandle(ref, () => ({
    take: (t) => { const was = text; setReviewing(false); setText(t); say("That version’s text is here now. Nothing applies until you propose it.", () => setText(was)); },
    disable: (off) => {
      const t = readTree(text), next = setAt(t, ["disabled"], off ? true : undefined, Object.keys(schema?.properties ?? {}));
      setText(next);
      void review(next);
    },
    remove: () => void review(text, true),
  }));
  useCommands([{ id: "plan", title: "See what would change", section: "configuration", keys: "mod+enter", run: () => void review(), typing: true }], can && shown && !reviewing);

  async function apply(message: string) {
    const r = await work.apply(message);
    if (!r) return;
    setReviewing(false);
    if (r.request) {
      say(`Change request ${r.request.id} waits for approval.`);
      return void go({ to: `/configuration/requests/${r.request.id}` as "/tickets" });
    }
    say(r.number === null ? "Nothing to change: this already applies." : `Applied as change ${r.number}.`);
    const c = r.plan.changes.find((x) => x.action !== "unchanged");
    if (work.removes && r.number !== null) void go({ to: `/configuration/changes/${r.number}` as "/tickets" });
    else if (c && (!b || c.name !== b.name)) void go({ to: `/configuration/${c.kind}/${c.name}` as "/tickets" });
  }
  const conflict = work.error && isApiError(work.error.error) && work.error.error.status === 409;
  const notes = <>
    {work.draft && work.dirty && <p className="banner info benchnote" role="status"><span className="grow">This is your draft, last touched {relative(new Date(work.draft.at).toISOString())}. It is kept on this device until you apply it or throw it away.</span><Btn small onClick={work.keepDraft}>Go on with it</Btn><Btn small onClick={work.discard}>Throw it away</Btn></p>}
    {b && work.moved && work.dirty && <Meanwhile b={b} work={work} />}
    {work.error && <div className="benchnote"><Wrong what={work.error.what} error={conflict ? new Error() : work.error.error} action={conflict ? <Btn small onClick={() => void review()}>Plan again</Btn> : undefined}>{conflict ? sentenceOf(work.error.error) : can ? "Your text is kept on this device." : ""}</Wrong></div>}
  </>;
  if (reviewing && work.plan) return <Review work={work} kind={b?.kind ?? kind} notes={notes} busy={work.busy === "apply"} onBack={() => setReviewing(false)} onApply={(m) => void apply(m)} onAgain={() => void review(text, work.removes)} blocked={!!b && work.moved && work.dirty && !work.removes} />;

  const unread = tree.broken ? findings.find((f) => f.severity === "error" && f.line > 0) : undefined;
  const shownTree = tree.broken ? work.good : tree;
  return (
    <>
      {notes}
      <div className="sh">
        {schema && <Choice label="How to edit" value={look} options={narrow ? [["form", "Form"], ["text", "Text"]] : [["form", "Form"], ["both", "Form and text"], ["text", "Text"]]} onChange={setLook} />}
        <span className="grow" />
        <span className="wide">{dirtyWord(work.dirty, !!b)}</span>
        {can && <span className="row" style={{ gap: 0 }}>
          <Btn small kind="quiet" icon={<IconArrowBackUp {...icon} />} tip="Undo" onClick={() => editor.current?.undo()} /><Btn small kind="quiet" icon={<IconArrowForwardUp {...icon} />} tip="Redo" onClick={() => editor.current?.redo()} />
          {work.dirty && b && <Btn small kind="quiet" onClick={() => { const was = text; setText(work.base.text); say("Your edits are thrown away.", () => setText(was)); }}>Restore</Btn>}
        </span>}
      </div>
      <div className={`workarea edit as-${schema ? look : "text"}`}>
        {schema && look !== "text" && (
          <section aria-label="Form" className="scrolls">
            {tree.broken && <p className="banner attention" role="alert" style={{ margin: "12px 20px 0" }}><span className="attention"><Warn /></span><span className="grow">The text cannot be read at line {unread?.line ?? tree.broken.line}. {unread?.message ?? `${tree.broken.message}.`} Until it can, the form shows what it said before.</span><Btn small onClick={() => { if (look === "form") setLook("text"); setTimeout(() => editor.current?.goTo(unread?.line ?? tree.broken!.line, unread?.column ?? tree.broken!.column), 50); }}>Go there</Btn></p>}
            {shownTree ? <Suspense fallback={wait}><Form kind={kind} schema={schema} tree={shownTree} blueprints={blueprints} findings={findings} meanings={work.meanings} readOnly={!can || !!tree.broken} fresh={!b} onText={onText} onFail={onFail} /></Suspense> : <p className="m2" style={{ padding: 24 }}>The form comes back once the text can be read.</p>}
          </section>
        )}
        <section aria-label="Text" hidden={!!schema && look === "form"}>
          <div className="editor"><Suspense fallback={wait}><Editor ref={editor} text={text} findings={findings} onChange={setText} readOnly={!can} label={`Text of ${work.path}`} onPlan={() => void review()} /></Suspense></div>
          <FindingsHead findings={findings} checking={work.checking} />
          <div className="scroll lints" style={{ flex: "0 1 auto" }}><Findings findings={findings} goTo={(f) => editor.current?.goTo(f.line, f.column)} /></div>
        </section>
      </div>
      <footer className="appr">
        <div className="stline">{n.error ? <span className="danger"><IconCircleX {...icon} /></span> : <span className="good"><IconCircleCheck {...icon} /></span>}<b>Checks</b><span>{n.error ? plural(n.error, "error") : n.warning ? plural(n.warning, "warning") : "nothing wrong"}</span></div>
        <span className="grow" />
        {can ? <Btn kind={work.dirty ? "pri" : "plain"} icon={<IconGitCompare {...icon} />} busy={work.busy === "plan"} disabled={!work.dirty} onClick={() => void review()}>{work.busy === "plan" ? "Looking" : "See what would change"} <kbd className="wide">Ctrl ↵</kbd></Btn> : <span className="m3 t12">You may read this, but not change it.</span>}
      </footer>
    </>
  );
});

const dirtyWord = (dirty: boolean, known: boolean) => (dirty ? (known ? "Edited, not applied" : "Not applied yet") : "As it applies");
/** A name made of a title. */
export const slug = (title: unknown): string => String(title ?? "").toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 64);
