/** A blueprint as a form, made from the schema of its kind. The text is what it edits. */
import { useMemo } from "react";
import type { Blueprint, Finding, Meaning } from "@/api/configuration";
import { Field } from "./Field";
import { Hours } from "./Hours";
import { Logo } from "./Logo";
import { Fields } from "./ObjectField";
import { resolve, type Schema } from "./schema";
import { FormProvider, type FieldProps, type FormState } from "./state";
import { Targets } from "./Targets";
import { insertAt, moveAt, pathAt, pathText, removeAt, setAt, type Tree } from "./tree";
import "./form.css";

/** Fields that some kinds show in a way of their own. */
const own: Record<string, (p: FieldProps & { schema: Schema }) => React.ReactNode> = { "sla:targets": Targets, "calendar:hours": Hours, "brand:logo": Logo };
/** What every blueprint has, apart from its title; shown last. */
const about = ["description", "name", "was"];
/** With more fields than this, what is not set waits behind "Say more". */
const MANY = 14;

interface Props { kind: string; schema: Schema; tree: Tree; blueprints: Blueprint[]; findings: Finding[]; meanings: Meaning[]; readOnly: boolean; fresh: boolean; onText: (text: string) => void; onFail: (e: unknown) => void }
export default function Form({ kind, schema, tree, blueprints, findings, meanings, readOnly, fresh, onText, onFail }: Props) {
  const said = useMemo(() => {
    const by = new Map<string, Finding[]>();
    if (!tree.broken) for (const f of findings) if (f.line > 0) { const at = pathText(pathAt(tree, f.line, f.column)); by.set(at, [...(by.get(at) ?? []), f]); }
    return by;
  }, [findings, tree]);
  const state = useMemo<FormState>(() => {
    const edit = (f: () => string) => { try { onText(f()); } catch (e) { onFail(e); } };
    return {
      kind, root: schema, tree, readOnly, blueprints, findings: said, meanings: new Map(meanings.map((m) => [m.field, m.says])),
      set: (p, v, order) => edit(() => setAt(tree, p, v, order ?? Object.keys(schema.properties ?? {}))), insert: (p, i, v) => edit(() => insertAt(tree, p, i, v)), remove: (p) => edit(() => removeAt(tree, p)), move: (p, a, b) => edit(() => moveAt(tree, p, a, b)),
    };
  }, [kind, schema, tree, readOnly, blueprints, said, meanings, onText, onFail]);
  const keys = Object.keys(schema.properties ?? {}).filter((k) => k !== "kind" && !about.includes(k) && k !== "title");
  const must = schema.required ?? [], order = Object.keys(schema.properties ?? {});
  const one = (k: string) => {
    const Own = own[`${kind}:${k}`], p = { path: [k], schema: schema.properties![k], required: must.includes(k), order };
    return Own ? <Own key={k} {...p} schema={resolve(schema, p.schema)} /> : <Field key={k} {...p} />;
  };
  return (
    <FormProvider value={state}>
      <div className="cform">
        {one("title")}
        {fresh && one("name")}
        {keys.length <= MANY ? keys.map(one) : <Fields path={[]} schema={{ ...schema, required: must.filter((k) => !["kind", "name", "title"].includes(k)) }} few={0} without={["kind", "title", ...about]} />}
        {one("description")}
      </div>
    </FormProvider>
  );
}
