/** Fields that belong together. What is not set and not required waits behind "Add", with what it is for. */
import { Menu } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { Btn } from "@/ui/Btn";
import { Field } from "./Field";
import { blank, inputOf, resolve, shortKey, type Schema } from "./schema";
import { FormProvider, useForm, useValue, type FieldProps } from "./state";
import { pathText, type Path } from "./tree";
import { labelOf } from "./words";

/** So few that all of them are shown. */
const FEW = 5;

export function ObjectField({ path, schema, label, required, bare }: FieldProps & { schema: Schema; label: string }) {
  const { remove, set, readOnly } = useForm();
  const value = useValue(path);
  if (value === undefined && !required && !bare) return readOnly ? null : <div><Btn small icon={<IconPlus size={16} stroke={1.75} aria-hidden />} onClick={() => set(path, {})}>{label}</Btn>{schema.description && <p className="fhelp">{schema.description}</p>}</div>;
  if (bare) return <Fields path={path} schema={schema} few={FEW} />;
  return (
    <fieldset className="fgroup">
      <legend>{label}{!required && !readOnly && <Btn small kind="quiet" icon={<IconX size={16} stroke={1.75} aria-hidden />} tip={`Remove ${label}`} onClick={() => remove(path)} />}</legend>{schema.description && <p className="fhelp">{schema.description}</p>}
      <Fields path={path} schema={schema} few={FEW} />
    </fieldset>
  );
}

/** A value that may be written short, as a text, or long, with more to it. It becomes long when more is said. */
export function EitherField({ path, schema, label, ...rest }: FieldProps & { schema: Schema; label: string }) {
  const form = useForm();
  const value = useValue(path);
  const long = resolve(form.root, schema.anyOf![1]);
  const short = shortKey(schema, long);
  if (value !== undefined && typeof value === "object") return <ObjectField path={path} schema={long} label={label} {...rest} bare />;
  const below = (p: Path) => p.length === path.length + 1 && path.every((k, i) => p[i] === k);
  const set: typeof form.set = (p, v, order) => (below(p) ? (p[path.length] === short ? form.set(path, v) : form.set(path, { [short]: value ?? "", [p[path.length]]: v }, order)) : form.set(p, v, order));
  return (
    <FormProvider value={{ ...form, set }}>
      <Field path={path} schema={schema.anyOf![0]} label={labelOf(form.kind, short)} required bare={rest.bare} />
      <More path={path} schema={long} order={Object.keys(long.properties ?? {})} hidden={Object.keys(long.properties ?? {}).filter((k) => k !== short)} set={set} />
    </FormProvider>
  );
}

export function Fields({ path, schema, few, without = [] }: { path: Path; schema: Schema; few: number; without?: string[] }) {
  const { set, root } = useForm();
  const value = useValue(path) as Record<string, unknown> | undefined;
  const [opened, setOpened] = useState<string[]>([]);
  const order = Object.keys(schema.properties ?? {});
  const keys = order.filter((k) => !without.includes(k) && inputOf(resolve(root, schema.properties![k])) !== "fixed");
  const must = schema.required ?? [];
  const shown = keys.length <= few ? keys : keys.filter((k) => must.includes(k) || opened.includes(k) || (value ?? {})[k] !== undefined);
  return (
    <>
      {shown.map((k) => <Field key={k} path={[...path, k]} schema={schema.properties![k]} required={must.includes(k)} order={order} />)}
      <More path={path} schema={schema} order={order} hidden={keys.filter((k) => !shown.includes(k))} set={set} onOpen={(k) => setOpened((o) => [...o, k])} />
    </>
  );
}

/** What else can be said, with what it is for. */
function More({ path, schema, order, hidden, set, onOpen }: { path: Path; schema: Schema; order: string[]; hidden: string[]; set: (p: Path, v: unknown, order?: string[]) => void; onOpen?: (k: string) => void }) {
  const { kind, root, readOnly } = useForm();
  if (readOnly || hidden.length === 0) return null;
  const open = (k: string) => {
    const s = resolve(root, schema.properties![k]), input = inputOf(s);
    if (input === "flag") set([...path, k], true, order);
    else if (input === "object") set([...path, k], blank(root, s), order);
    else if (onOpen) onOpen(k);
    else set([...path, k], blank(root, s), order);
    setTimeout(() => document.querySelector<HTMLElement>(`[data-path="${CSS.escape(pathText([...path, k]))}"] :is(input, textarea, button, [contenteditable])`)?.focus());
  };
  return (
    <Menu position="bottom-start" width={340}>
      <Menu.Target><Btn small kind="quiet" className="fmore" icon={<IconPlus size={16} stroke={1.75} aria-hidden />}>Say more</Btn></Menu.Target>
      <Menu.Dropdown style={{ maxHeight: 360, overflow: "auto" }}>{hidden.map((k) => <Menu.Item key={k} onClick={() => open(k)}><span className="b5">{labelOf(kind, pathText([...path, k]))}</span><span className="sub" style={{ display: "block" }}>{resolve(root, schema.properties![k]).description}</span></Menu.Item>)}</Menu.Dropdown>
    </Menu>
  );
}
