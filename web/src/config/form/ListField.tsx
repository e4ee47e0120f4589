/** A list whose entries are added, taken away and moved, by pointer and by keyboard: Alt with an arrow moves the entry. */
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from "@tabler/icons-react";
import { useRef, type KeyboardEvent } from "react";
import { Btn } from "@/ui/Btn";
import { Field } from "./Field";
import { blank, resolve, type Schema } from "./schema";
import { useForm, useSaid, useValue, type FieldProps } from "./state";
import { summary } from "./summary";
import { pathText } from "./tree";
import { sentenceCase } from "./words";

const icon = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
export function ListField({ path, schema, label, required }: FieldProps & { schema: Schema; label: string }) {
  const { kind, root, blueprints, insert, remove, move, readOnly } = useForm();
  const value = useValue(path), said = useSaid(path);
  const items: unknown[] = Array.isArray(value) ? value : [];
  const box = useRef<HTMLOListElement>(null);
  const of = schema.items ?? {};
  const focus = (i: number) => setTimeout(() => (box.current?.children[i]?.querySelector<HTMLElement>("input, textarea, .cm-content, button"))?.focus());
  const go = (from: number, to: number) => {
    if (to < 0 || to >= items.length) return;
    move(path, from, to);
    setTimeout(() => (box.current?.children[to]?.querySelector<HTMLElement>(`[data-move="${to > from ? "down" : "up"}"]`))?.focus());
  };
  const key = (i: number) => (e: KeyboardEvent) => {
    if (readOnly || !e.altKey || (e.key !== "ArrowUp" && e.key !== "ArrowDown")) return;
    e.preventDefault();
    e.stopPropagation();
    go(i, e.key === "ArrowUp" ? i - 1 : i + 1);
  };
  const drop = (i: number) => {
    if (items.length === 1 && !required) remove(path);
    else remove([...path, i]);
    focus(Math.max(0, i - 1));
  };
  const one = resolve(root, of);
  const flat = !one.properties && !one.anyOf;
  return (
    <fieldset className="fgroup">
      <legend>{label}{items.length > 0 && <span className="m3"> {items.length}</span>}</legend>{schema.description && <p className="fhelp">{schema.description}</p>}
      {said.error && <p className="danger t12">{said.error}</p>}
      <ol ref={box}>{items.map((x, i) => (
        <li key={i} className={flat ? "fitem flat" : "fitem"} onKeyDown={key(i)} aria-label={`${label} ${i + 1}`}>
          <div className="fhead"><span className="m3 tnum">{i + 1}</span><span className="b5 grow cut">{flat ? "" : summary(kind, pathText([...path, i]), x, blueprints)}</span>
            {!readOnly && <>
              <Btn small kind="quiet" data-move="up" icon={<IconArrowUp {...icon} />} tip="Move up" keys="alt+arrowup" disabled={i === 0} onClick={() => go(i, i - 1)} />
              <Btn small kind="quiet" data-move="down" icon={<IconArrowDown {...icon} />} tip="Move down" keys="alt+arrowdown" disabled={i === items.length - 1} onClick={() => go(i, i + 1)} />
              <Btn small kind="quiet" icon={<IconX {...icon} />} tip={`Remove ${i + 1}`} onClick={() => drop(i)} /></>}
          </div>
          <Field path={[...path, i]} schema={of} label={`${sentenceCase(String(path[path.length - 1]))} ${i + 1}`} required bare />
        </li>
      ))}</ol>
      {!readOnly && <Btn small icon={<IconPlus {...icon} />} disabled={items.length >= (schema.maxItems ?? Infinity)} onClick={() => { insert(path, items.length, blank(root, of)); focus(items.length); }}>Add {items.length ? "another" : "one"}</Btn>}
    </fieldset>
  );
}
