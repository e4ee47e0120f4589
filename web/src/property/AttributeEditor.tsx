/** The input in which one custom attribute is typed. Enter or leaving saves, Esc restores. */
import { MultiSelect, Textarea, TextInput } from "@mantine/core";
import type { KeyboardEvent } from "react";
import type { Field } from "@/api/types";
import { LookupInput } from "@/field/LookupInput";
import { grouped } from "@/field/value";

interface Props { field: Field; draft: string | string[]; change: (v: string | string[]) => void; take: (v: number | null) => void; save: () => void; leave: () => void; error?: string; focus: boolean }
export default function AttributeEditor({ field: f, draft, change, take, save, leave, error, focus }: Props) {
  const keys = (e: KeyboardEvent) => {
    if (e.key === "Escape") { e.stopPropagation(); leave(); }
    if (e.key === "Enter" && !Array.isArray(draft) && (f.type !== "textarea" || e.ctrlKey || e.metaKey)) { e.preventDefault(); save(); }
  };
  const shared = { "aria-label": f.title, size: "xs", autoFocus: focus, onBlur: save, onKeyDown: keys, style: { flex: 1, minWidth: 0 }, error };
  if (Array.isArray(draft)) return <MultiSelect {...shared} searchable data={grouped(f)} value={draft} onChange={change} />;
  if (f.type === "lookup") return <LookupInput bare field={f} value={draft === "" ? null : Number(draft)} onChange={take} onLeave={leave} onEscape={leave} focus={focus} error={error} />;
  if (f.type === "textarea") return <Textarea {...shared} autosize minRows={2} maxRows={10} maxLength={65_536} value={draft} dir="auto" onChange={(e) => change(e.currentTarget.value)} />;
  return <TextInput {...shared} type={f.type === "date" ? "date" : "text"} maxLength={1000} placeholder={f.help || undefined} value={draft} dir="auto" onChange={(e) => change(e.currentTarget.value)} />;
}
