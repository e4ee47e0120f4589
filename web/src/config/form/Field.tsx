/** One field of a form: its name, its input, its help, and what the checks say about it. */
import { Autocomplete, Checkbox, ColorInput, MultiSelect, NumberInput, Select, TagsInput, Textarea, TextInput } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { Btn } from "@/ui/Btn";
import { Warn } from "@/ui/Tag";
import { Skel } from "@/ui/State";
import { AnyField } from "./AnyField";
import { Duration } from "./Duration";
import { ListField } from "./ListField";
import { MapField } from "./MapField";
import { EitherField, ObjectField } from "./ObjectField";
import { People, Person } from "./People";
import { RefPick } from "./RefPick";
import { inputOf, resolve } from "./schema";
import { useForm, useSaid, useValue, type FieldProps } from "./state";
import { pathText } from "./tree";
import { labelOf, valueWord } from "./words";

const Condition = lazy(() => import("./Condition"));
const zones = () => (Intl.supportedValuesOf ? Intl.supportedValuesOf("timeZone") : [Intl.DateTimeFormat().resolvedOptions().timeZone]);
const wide = (px: number) => ({ wrapper: { maxWidth: px } });
const text = (v: unknown): string => (v === null || v === undefined ? "" : String(v));

export function Field(p: FieldProps) {
  const { kind, root, readOnly, set } = useForm();
  const s = resolve(root, p.schema), path = pathText(p.path), value = useValue(p.path), said = useSaid(p.path);
  // What is required and still empty is told once somebody has been there.
  const [been, setBeen] = useState(false);
  const unsaid = value === "" && said.error !== undefined;
  const error = unsaid ? (been ? "This is still empty." : undefined) : said.error;
  const label = p.label ?? labelOf(kind, path);
  const put = (v: unknown) => set(p.path, v, p.order);
  /** Empty takes an optional field away. */
  const putText = (v: string) => put(v === "" && !p.required ? undefined : v);
  const shared = { label: p.bare ? undefined : label, "aria-label": p.bare ? label : undefined, description: p.bare || path === "title" ? undefined : s.description, error, readOnly, inputWrapperOrder: ["label", "input", "description", "error"] as ("label" | "input" | "description" | "error")[] };
  const input = inputOf(s);
  const words = (v: string) => ({ value: v, label: valueWord(kind, path, v) });
  const list = Array.isArray(value) ? value.map(text) : [];
  const putList = (v: string[]) => put(v.length === 0 && !p.required ? undefined : v);
  const body = () => {
    switch (input) {
      case "fixed": return null;
      case "flag": return <Checkbox label={label} description={s.description} error={error} disabled={readOnly} checked={value === true} onChange={(e) => put(e.currentTarget.checked ? true : p.required ? false : undefined)} />;
      case "choice": return <Select {...shared} data={s.enum!.map(words)} value={text(value) || null} onChange={(v) => put(v ?? undefined)} clearable={!p.required} searchable={s.enum!.length > 8} placeholder="Not set" styles={wide(320)} />;
      case "choices": return <MultiSelect {...shared} data={s.items!.enum!.map(words)} value={list} onChange={putList} hidePickedOptions clearable={!readOnly} placeholder={list.length ? undefined : "None chosen"} />;
      case "ref": return <RefPick of={s["x-ref"]!} {...shared} name={label} required={p.required} value={text(value)} onChange={(v) => put(v || (p.required ? "" : undefined))} />;
      case "refs": return <RefPick of={s.items!["x-ref"]!} {...shared} name={label} many={list} onMany={putList} />;
      case "person": return <Person {...shared} words={s["x-pick"]!} value={text(value)} onChange={putText} />;
      case "people": return <People {...shared} words={s.items!["x-pick"]!} value={list} onChange={putList} />;
      case "condition": return <Suspense fallback={<Skel h={60} />}><Condition path={p.path} label={label} description={s.description} subject={s["x-format"]!.split(":")[1]} result={s["x-format"]!.split(":")[2]} value={text(value)} onChange={putText} readOnly={readOnly} findings={said.all} /></Suspense>;
      case "long": return <Textarea {...shared} autosize minRows={2} maxRows={14} value={text(value)} dir="auto" onChange={(e) => putText(e.currentTarget.value)} />;
      case "duration": return <Duration {...shared} name={label} value={value} required={p.required} onChange={(v) => put(v ?? undefined)} />;
      case "date": return <TextInput {...shared} type="date" value={text(value)} onChange={(e) => putText(e.currentTarget.value)} styles={wide(180)} />;
      case "clock": return <TextInput {...shared} value={text(value)} placeholder="09:00" onChange={(e) => putText(e.currentTarget.value)} styles={wide(96)} />;
      case "zone": return <Select {...shared} data={[...new Set([...(value ? [text(value)] : []), ...zones()])].map((z) => ({ value: z, label: z.replaceAll("_", " ") }))} value={text(value) || null} onChange={(v) => put(v ?? undefined)} searchable limit={60} clearable={!p.required} styles={wide(320)} />;
      case "colour": return <ColorInput {...shared} format="hex" value={text(value)} onChange={putText} styles={wide(180)} />;
      case "number": return <NumberInput {...shared} allowDecimal={s.type === "number"} value={typeof value === "number" ? value : text(value)} onChange={(v) => put(v === "" ? undefined : typeof v === "number" ? v : Number.isNaN(Number(v)) ? v : Number(v))} styles={wide(160)} />;
      case "texts": return <TagsInput {...shared} value={list} onChange={putList} placeholder={list.length ? undefined : "Type and press Enter"} acceptValueOnBlur />;
      case "text": return s.examples?.length ? <Autocomplete {...shared} data={s.examples} value={text(value)} onChange={putText} /> : (s.maxLength ?? 0) > 300 ? <Textarea {...shared} autosize minRows={1} maxRows={8} value={text(value)} dir="auto" onChange={(e) => putText(e.currentTarget.value)} /> : <TextInput {...shared} value={text(value)} dir="auto" onChange={(e) => putText(e.currentTarget.value)} />;
      case "list": return <ListField {...p} schema={s} label={label} />;
      case "map": return <MapField {...p} schema={s} label={label} />;
      case "object": return <ObjectField {...p} schema={s} label={label} />;
      case "either": return <EitherField {...p} schema={s} label={label} />;
      default: return <AnyField {...p} schema={s} label={label} />;
    }
  };
  return <div className="ff" data-path={path} onBlur={() => setBeen(true)}>{body()}<Said path={p.path} fixable={typeof value === "string" && input !== "condition"} quiet={input === "condition"} /></div>;
}

/** Warnings and notes about a field, and the value that was probably meant. */
function Said({ path, fixable, quiet }: { path: FieldProps["path"]; fixable: boolean; quiet: boolean }) {
  const { set, readOnly } = useForm();
  const { others, all } = useSaid(path);
  const meant = fixable && !readOnly ? all.find((f) => f.suggestion)?.suggestion : null;
  if (quiet || (others.length === 0 && !meant)) return null;
  return (
    <div className="fsaid">
      {others.map((f) => <p key={f.message} className={f.severity === "warning" ? "attention" : "info"}><Warn /> {f.message}</p>)}
      {meant && <Btn small onClick={() => set(path, meant)}>Use “{meant}”</Btn>}
    </div>
  );
}
