/** Named values: a name and a value on each row. */
import { Autocomplete } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { fieldsQuery } from "@/api/query";
import { Btn } from "@/ui/Btn";
import { Field } from "./Field";
import { blank, type Schema } from "./schema";
import { useForm, useValue, type FieldProps } from "./state";

export function MapField({ path, schema, label, required, order }: FieldProps & { schema: Schema; label: string }) {
  const { root, set, remove, readOnly } = useForm();
  const value = useValue(path);
  const keys = value && typeof value === "object" && !Array.isArray(value) ? Object.keys(value) : [];
  const [name, setName] = useState("");
  const of: Schema = schema.additionalProperties || {};
  const attributes = useQuery({ ...fieldsQuery("ticket"), enabled: path[path.length - 1] === "set" }).data ?? [];
  function add() {
    const key = name.trim();
    if (!key || keys.includes(key)) return;
    set([...path, key], blank(root, of), order);
    setName("");
  }
  const drop = (k: string) => (keys.length === 1 && !required ? remove(path) : remove([...path, k]));
  return (
    <fieldset className="fgroup" disabled={readOnly}>
      <legend>{label}</legend>{schema.description && <p className="fhelp">{schema.description}</p>}
      {keys.map((k) => <div key={k} className="frow"><div className="grow"><Field path={[...path, k]} schema={of} label={attributes.find((a) => a.name === k)?.title ?? k} required /></div>{!readOnly && <Btn small icon={<IconX size={16} stroke={1.75} aria-hidden />} tip={`Remove ${k}`} onClick={() => drop(k)} />}</div>)}
      {!readOnly && <div className="row"><Autocomplete aria-label={`Name to add to ${label}`} placeholder="Name" size="xs" value={name} onChange={setName} data={attributes.map((a) => a.name).filter((n) => !keys.includes(n))} onKeyDown={(e) => { if (e.key === "Enter") { e.preventDefault(); add(); } }} /><Btn small icon={<IconPlus size={16} stroke={1.75} aria-hidden />} disabled={!name.trim() || keys.includes(name.trim())} onClick={add}>Add</Btn></div>}
    </fieldset>
  );
}
