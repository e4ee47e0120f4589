/** The right input for a custom attribute, in a form. */
import { MultiSelect, Select, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Field } from "@/api/types";
import { LookupInput } from "./LookupInput";
import { grouped, hint, isEmpty, typed } from "./value";

interface Props { field: Field; value: unknown; onChange: (v: unknown) => void; error?: string | null }
export function FieldInput({ field: f, value, onChange, error }: Props) {
  const [text, setText] = useState(isEmpty(value) ? "" : String(value));
  const [wrong, setWrong] = useState(false);
  const shared = { label: f.title, description: f.help || undefined, required: f.required, withAsterisk: f.required, disabled: !f.edit, error: wrong ? hint(f) : error };
  const options = grouped(f);
  if (f.type === "dropdown") return <Select {...shared} data={options} value={isEmpty(value) ? null : String(value)} onChange={(v) => onChange(v)} clearable searchable={f.options.length > 6} placeholder="Not set" />;
  if (f.type === "multiselect") return <MultiSelect {...shared} data={options} value={Array.isArray(value) ? value.map(String) : []} onChange={onChange} clearable searchable />;
  if (f.type === "checkbox") return <Select {...shared} data={[{ value: "yes", label: "Yes" }, { value: "no", label: "No" }]} value={typeof value === "boolean" ? (value ? "yes" : "no") : null} onChange={(v) => onChange(v === null ? null : v === "yes")} clearable placeholder="Not set" />;
  if (f.type === "lookup") return <LookupInput field={f} value={value} onChange={onChange} error={error} />;
  if (f.type === "textarea") return <Textarea {...shared} autosize minRows={2} maxRows={12} maxLength={65_536} value={text} dir="auto" onChange={(e) => { setText(e.currentTarget.value); onChange(typed(f, e.currentTarget.value)); }} />;
  return (
    <TextInput {...shared} value={text} dir="auto" type={f.type === "date" ? "date" : "text"} inputMode={f.type === "integer" ? "numeric" : f.type === "decimal" ? "decimal" : undefined} maxLength={1000}
      onChange={(e) => { setText(e.currentTarget.value); const v = typed(f, e.currentTarget.value); if (v !== undefined) { setWrong(false); onChange(v); } }} onBlur={() => setWrong(typed(f, text) === undefined)} />
  );
}
