/** One custom attribute: shows its value, opens in place, Enter or leaving saves, Esc restores. */
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { Field } from "@/api/types";
import { fieldText, hint, isEmpty, optionText, typed } from "@/field/value";
import { Pick } from "./Pick";

const RecordName = lazy(() => import("@/field/RecordName"));
const AttributeEditor = lazy(() => import("./AttributeEditor"));

interface Props { field: Field; value: unknown; locked: boolean; needed: boolean; onSave: (v: unknown) => Promise<boolean> }
export function Attribute({ field: f, value, locked, needed, onSave }: Props) {
  const [draft, setDraft] = useState<string | string[] | null>(null);
  const [wrong, setWrong] = useState(false);
  // What was refused stays to be mended, without taking the focus back.
  const [kept, setKept] = useState(false);
  const text = fieldText(f, value);
  const shown = text ? <span className={f.type === "textarea" ? "break clamp" : "cut"} title={text.length > 40 ? text : undefined}>{text}</span> : <span className={needed ? "attention b5" : "m3"}>{needed ? "Must be filled" : "Not set"}</span>;
  if (f.type === "dropdown" || f.type === "checkbox") {
    const choices = f.type === "checkbox" ? [{ value: "true", label: "Yes" }, { value: "false", label: "No" }] : f.options.map((o) => ({ value: o.value, label: optionText(f, o.value), path: o.value.split("::").slice(0, -1) }));
    return <Pick label={f.title} disabled={locked} value={isEmpty(value) ? "" : String(value)} shown={shown} choices={[...(isEmpty(value) || f.required ? [] : [{ value: "", label: "Not set" }]), ...choices]} onPick={(v) => void onSave(v === "" ? null : f.type === "checkbox" ? v === "true" : v)} />;
  }
  if (draft === null) {
    const open = () => { setKept(false); setDraft(f.type === "multiselect" ? (Array.isArray(value) ? value.map(String) : []) : isEmpty(value) ? "" : String(value)); };
    if (f.type === "lookup" && !isEmpty(value)) {
      const to = { ticket: "tickets", person: "people", organization: "organizations", "": "tickets" }[f.to];
      return <span className="row" style={{ gap: 8, minWidth: 0 }}><Link className="link cut" to={`/${to}/${String(value)}` as "/tickets"}><Suspense fallback={text}><RecordName field={f} id={Number(value)} /></Suspense></Link>{!locked && <button type="button" className="link t12" onClick={open}>Change<span className="sr"> {f.title}</span></button>}</span>;
    }
    if (locked) return shown;
    return <button type="button" className="pickbtn" onClick={open}><span className="sr">Change {f.title}: </span>{shown}</button>;
  }
  const save = () => {
    const v = Array.isArray(draft) ? draft : typed(f, draft);
    if (v === undefined) return setWrong(true);
    setDraft(null);
    setWrong(false);
    const was = isEmpty(value) ? null : value, is = isEmpty(v) ? null : v;
    if (JSON.stringify(was) !== JSON.stringify(is)) void onSave(is).then((ok) => { if (!ok) { setKept(true); setDraft(draft); } });
  };
  const take = (v: number | null) => { setDraft(null); if (v !== (isEmpty(value) ? null : value)) void onSave(v); };
  return <Suspense fallback={shown}><AttributeEditor field={f} draft={draft} change={setDraft} take={take} save={save} leave={() => { setDraft(null); setWrong(false); }} error={wrong ? hint(f) : undefined} focus={!kept} /></Suspense>;
}
