/** A condition in the rule language: fields and values are completed, problems are marked at their place, and beside it stands what it means. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useRef } from "react";
import { fieldsQuery, subjectQuery } from "@/api/query";
import type { Finding } from "@/api/configuration";
import { completer, type Known } from "./complete";
import { useForm } from "./state";
import { pathText, placeOf, type Path } from "./tree";

const language = StreamLanguage.define({
  token(s) {
    if (s.match(/"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?/)) return "string";
    if (s.match(/\d+(\.\d+)?/)) return "number";
    if (s.match(/\b(true|false|in)\b/)) return "keyword";
    if (s.match(/[a-zA-Z_][\w.]*/)) return s.peek() === "(" ? "variableName" : "propertyName";
    s.next();
    return null;
  },
});
const colours = HighlightStyle.define([{ tag: tags.propertyName, color: "var(--info)" }, { tag: tags.string, color: "var(--accent)" }, { tag: [tags.number, tags.keyword], color: "var(--attention)" }]);
const look = EditorView.theme({
  "&": { fontSize: "12px", color: "var(--ink)" }, "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px", fontFeatureSettings: '"calt" 0' }, ".cm-content": { padding: "5px 0", caretColor: "var(--accent)" }, ".cm-line": { padding: "0 10px" },
  ".cm-cursor": { borderLeftColor: "var(--accent)" }, ".cm-placeholder": { color: "var(--ink-3)", fontFamily: "var(--sans)" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--accent) 22%, transparent) !important" },
  ".cm-tooltip": { backgroundColor: "var(--float)", border: "1px solid var(--line)", borderRadius: "6px", boxShadow: "var(--shadow)", color: "var(--ink)" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "240px" }, ".cm-tooltip-autocomplete > ul > li": { padding: "3px 8px" }, ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent-tint)", color: "var(--ink)" },
  ".cm-completionDetail": { fontFamily: "var(--sans)", fontStyle: "normal", color: "var(--ink-3)", marginInlineStart: "10px" }, ".cm-completionInfo": { fontFamily: "var(--sans)", padding: "6px 10px", maxWidth: "300px" }, ".cm-completionIcon": { display: "none" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy 1px var(--danger-solid)", textUnderlineOffset: "4px" }, ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy 1px var(--attention-solid)", textUnderlineOffset: "4px" },
  ".cm-diagnostic": { padding: "6px 10px", fontFamily: "var(--sans)", borderInlineStart: "0" },
});

interface Props { path: Path; label: string; description?: string; subject: string; result?: string; value: string; onChange: (v: string) => void; readOnly: boolean; findings: Finding[] }
export default function Condition({ path, label, description, subject, result, value, onChange, readOnly, findings }: Props) {
  const { tree, blueprints, meanings } = useForm();
  const host = useRef<HTMLDivElement>(null), view = useRef<EditorView>(null);
  const id = useId();
  const fields = useQuery(subjectQuery(subject)).data ?? [];
  const tickets = useQuery(fieldsQuery("ticket")).data ?? [], people = useQuery(fieldsQuery("person")).data ?? [], organizations = useQuery(fieldsQuery("organization")).data ?? [];
  const calls = useRef<{ onChange: (v: string) => void; known: Known }>(null!);
  calls.current = { onChange, known: { fields, attributes: [...tickets, ...people, ...organizations], blueprints } };
  const says = meanings.get(pathText(path)) ?? [];
  const errors = findings.filter((f) => f.severity === "error");
  useEffect(() => {
    const v = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: value,
        extensions: [
          history(), drawSelection(), EditorView.lineWrapping, closeBrackets(), autocompletion({ override: [completer(() => calls.current.known)], maxRenderedOptions: 60 }), placeholder("Type a field, such as ticket.priority"),
          keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap]), language, syntaxHighlighting(colours), look, EditorState.readOnly.of(readOnly),
          EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": `${id}-says`, "aria-multiline": "false", tabindex: "0", spellcheck: "false" }),
          EditorView.updateListener.of((u) => { if (u.docChanged && !u.transactions.some((t) => t.isUserEvent("outside"))) calls.current.onChange(u.state.doc.toString().replaceAll("\n", " ")); }),
        ],
      }),
    });
    view.current = v;
    return () => v.destroy();
    // The value is the start only; what comes from outside is put in below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [readOnly]);
  useEffect(() => {
    const v = view.current;
    if (v && v.state.doc.toString().replaceAll("\n", " ") !== value) v.dispatch({ changes: { from: 0, to: v.state.doc.length, insert: value }, userEvent: "outside" });
  }, [value]);
  useEffect(() => {
    const v = view.current;
    if (!v) return;
    const start = placeOf(tree, path), quoted = /^["']/.test(tree.text.split("\n")[start.line - 1]?.slice(start.column - 1) ?? "") ? 1 : 0;
    v.dispatch(setDiagnostics(v.state, findings.map<Diagnostic>((f) => {
      const from = f.line === start.line ? Math.min(Math.max(0, f.column - start.column - quoted), v.state.doc.length) : 0;
      const word = /^[\w.]+/.exec(v.state.doc.toString().slice(from))?.[0].length ?? 1;
      return { from, to: Math.min(v.state.doc.length, from + Math.max(1, word)), severity: f.severity === "note" ? "info" : f.severity, message: f.message };
    })));
    // The place is read when the findings come; later edits move it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [findings]);
  return (
    <div>
      <span className="mantine-InputWrapper-label flabel">{label}</span>
      <div ref={host} className={errors.length ? "condin bad" : "condin"} />
      <div id={`${id}-says`} className="csays" role="status">
        {findings.length > 0 ? findings.map((f) => <p key={f.message + f.column} className={f.severity === "error" ? "danger" : f.severity === "warning" ? "attention" : "info"}>{f.message}</p>)
        : null}
        {errors.length > 0 ? null
        : says.length > 0 && !result ? <><span className="m3">{says.length > 1 ? "All of this holds:" : "This means:"}</span><ul>{says.map((s) => <li key={s}>{s}</li>)}</ul></>
        : <span className="m3">{description}</span>}
      </div>
    </div>
  );
}
