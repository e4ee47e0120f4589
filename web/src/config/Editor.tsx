/** The YAML editor: CodeMirror in our colours, the server's findings as marks. Loaded only where it is used. */
import { defaultKeymap, history, historyKeymap, indentWithTab, redo, undo } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { forwardRef, useEffect, useImperativeHandle, useRef } from "react";
import type { Finding } from "@/api/configuration";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--info)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--accent)" },
  { tag: tags.comment, color: "var(--ink-3)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--attention)" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--ink-2)" },
]);
const look = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--sunken)", color: "var(--ink)", fontSize: "12px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "22px", fontFeatureSettings: '"calt" 0' },
  ".cm-content": { padding: "10px 0", caretColor: "var(--accent)" },
  ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "1.5px" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--ink-3)", border: "0" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 8px 0 12px", minWidth: "36px" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--accent) 22%, transparent) !important" },
  ".cm-tooltip": { backgroundColor: "var(--float)", border: "1px solid var(--line)", borderRadius: "6px", boxShadow: "var(--shadow)", color: "var(--ink)", maxWidth: "420px" },
  ".cm-diagnostic": { padding: "6px 10px", fontFamily: "var(--sans)", borderInlineStart: "0" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy 1px var(--danger-solid)", textUnderlineOffset: "4px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy 1px var(--attention-solid)", textUnderlineOffset: "4px" },
  ".cm-lintRange-info": { backgroundImage: "none", textDecoration: "underline dotted 1px var(--info)", textUnderlineOffset: "4px" },
  ".cm-lint-marker": { width: "8px", height: "8px", borderRadius: "4px", content: '""', marginTop: "7px" },
  ".cm-lint-marker-error": { backgroundColor: "var(--danger-solid)" }, ".cm-lint-marker-warning": { backgroundColor: "var(--attention-solid)" }, ".cm-lint-marker-info": { backgroundColor: "var(--info)" },
});

/** The smallest change from one text to another, so that the cursor and what is in sight stay. */
function between(a: string, b: string) {
  if (a === b) return [];
  let s = 0, e = 0;
  while (s < a.length && s < b.length && a[s] === b[s]) s++;
  while (e < a.length - s && e < b.length - s && a[a.length - 1 - e] === b[b.length - 1 - e]) e++;
  return { from: s, to: a.length - e, insert: b.slice(s, b.length - e) };
}

export interface EditorHandle { goTo: (line: number, column: number) => void; undo: () => void; redo: () => void }
interface Props { text: string; findings: Finding[]; onChange: (text: string) => void; readOnly?: boolean; label: string; onPlan: () => void }

export default forwardRef<EditorHandle, Props>(function Editor({ text, findings, onChange, readOnly, label, onPlan }, ref) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const calls = useRef({ onChange, onPlan });
  calls.current = { onChange, onPlan };
  useEffect(() => {
    const v = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(), lintGutter(), history(), drawSelection(), bracketMatching(), highlightActiveLine(), indentUnit.of("  "), EditorState.tabSize.of(2),
          keymap.of([{ key: "Mod-Enter", run: () => (calls.current.onPlan(), true) }, { key: "Escape", run: (e) => (e.contentDOM.blur(), true) }, ...defaultKeymap, ...historyKeymap, indentWithTab]),
          yaml(), EditorView.lineWrapping, syntaxHighlighting(colours), look, EditorState.readOnly.of(!!readOnly), EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false" }),
          EditorView.updateListener.of((u) => u.docChanged && !u.transactions.some((t) => t.isUserEvent("outside")) && calls.current.onChange(u.state.doc.toString())),
        ],
      }),
    });
    view.current = v;
    return () => v.destroy();
    // The text is the start only; what comes from outside is put in below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [readOnly]);
  useEffect(() => {
    const v = view.current;
    if (v) v.dispatch({ changes: between(v.state.doc.toString(), text), userEvent: "outside" });
  }, [text]);
  useEffect(() => {
    const v = view.current;
    if (!v) return;
    const marks = findings.filter((f) => f.line > 0).map<Diagnostic>((f) => {
      const line = v.state.doc.line(Math.min(f.line, v.state.doc.lines));
      const from = Math.min(line.from + Math.max(0, f.column - 1), line.to);
      const word = /^[\w.-]+/.exec(line.text.slice(from - line.from))?.[0].length ?? 0;
      return { from, to: Math.max(from, Math.min(line.to, from + Math.max(1, word))), severity: f.severity === "note" ? "info" : f.severity, message: f.message + (f.suggestion ? ` ${f.suggestion}` : "") };
    });
    v.dispatch(setDiagnostics(v.state, marks));
  }, [findings]);
  useImperativeHandle(ref, () => ({
    goTo: (line, column) => {
      const v = view.current!;
      const l = v.state.doc.line(Math.min(Math.max(1, line), v.state.doc.lines));
      v.dispatch({ selection: { anchor: Math.min(l.to, l.from + Math.max(0, column - 1)) }, scrollIntoView: true });
      v.focus();
    },
    undo: () => { undo(view.current!); },
    redo: () => { redo(view.current!); },
  }));
  return <div ref={host} style={{ height: "100%" }} />;
});
