/** The questions of a form, asked one below the other. */
import { Checkbox, MultiSelect, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import type { RunField } from "@/api/run";
import { FileAnswer } from "./FileAnswer";

export type Answers = Record<string, unknown>;
interface Props { fields: RunField[]; value: Answers; onChange: (v: Answers | ((before: Answers) => Answers)) => void; wrong?: Record<string, string>; /** Where files are uploaded, by question; without it files are not asked for. */ upload?: (question: string) => string; onBusy?: (question: string, busy: boolean) => void }
export function Fields({ fields, value, onChange, wrong = {}, upload, onBusy }: Props) {
  const set = (name: string, v: unknown) => onChange({ ...value, [name]: v === "" ? undefined : v });
  return <>{fields.map((f) => {
    const common = { label: f.title, description: f.help || undefined, required: f.required, withAsterisk: f.required, error: wrong[f.name] };
    const text = (value[f.name] as string | undefined) ?? "";
    if (f.many) return <MultiSelect key={f.name} {...common} data={f.options} value={(value[f.name] as string[] | undefined) ?? []} onChange={(v) => set(f.name, v)} />;
    switch (f.type) {
      case "file": return upload && <FileAnswer key={f.name} field={f} path={upload(f.name)} onChange={(ids) => onChange((before) => ({ ...before, [f.name]: ids }))} onBusy={(b) => onBusy?.(f.name, b)} wrong={wrong[f.name]} />;
      case "yes_no": return <Checkbox key={f.name} label={f.title} description={f.help || undefined} error={wrong[f.name]} checked={value[f.name] === true} onChange={(e) => set(f.name, e.currentTarget.checked)} />;
      case "number": return <NumberInput key={f.name} {...common} value={(value[f.name] as number | undefined) ?? ""} onChange={(v) => set(f.name, typeof v === "number" ? v : undefined)} />;
      case "choice": return <Select key={f.name} {...common} data={f.options} value={text || null} onChange={(v) => set(f.name, v ?? undefined)} clearable={!f.required} />;
      case "long_text": return <Textarea key={f.name} {...common} autosize minRows={3} maxRows={12} value={text} onChange={(e) => set(f.name, e.currentTarget.value)} />;
      case "date": return <TextInput key={f.name} {...common} type="date" value={text} onChange={(e) => set(f.name, e.currentTarget.value)} />;
      default: return <TextInput key={f.name} {...common} type={f.type === "email" ? "email" : f.type === "link" ? "url" : "text"} value={text} onChange={(e) => set(f.name, e.currentTarget.value)} />;
    }
  })}</>;
}
