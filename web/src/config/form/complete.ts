/** What may be written next in a condition: fields by their paths, values of the field before, functions. */
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import type { Blueprint, SubjectField } from "@/api/configuration";
import type { Field } from "@/api/types";

const functions: [string, string, string][] = [
  ["has()", "has(", "Whether a value is there"], ["size()", "size(", "How many, or how long"], ["contains()", "contains(", "Whether a text holds another"], ["startsWith()", "startsWith(", "Whether a text begins so"],
  ["endsWith()", "endsWith(", "Whether a text ends so"], ["matches()", "matches(", "Whether a text has this form (regular expression)"], ["duration()", "duration(\"", "A length of time: duration(\"4h\")"], ["exists()", "exists(x, ", "Whether one of a list is so"], ["all()", "all(x, ", "Whether all of a list are so"],
];
const attributeOwner: [RegExp, Field["on"]][] = [[/organization\.attributes$/, "organization"], [/(requester|person|applicant)\.attributes$/, "person"], [/ticket\.attributes$/, "ticket"]];

export interface Known { fields: SubjectField[]; attributes: Field[]; blueprints: Blueprint[] }
const below = (path: string, attributes: Field[]): Field[] => { const on = attributeOwner.find(([r]) => r.test(path))?.[1]; return on ? attributes.filter((f) => f.on === on) : []; };

export function paths(k: Known): Completion[] {
  return k.fields.flatMap((f) => f.type === "attributes"
    ? below(f.path, k.attributes).map((a) => ({ label: `${f.path}.${a.name}`, detail: a.title, info: a.help || undefined, type: "property" }))
    : [{ label: f.path, detail: f.type, info: f.doc, type: "property" }]);
}

/** Texts that the field at a path may hold. */
export function valuesOf(path: string, k: Known): { value: string; title: string }[] {
  const field = k.fields.find((f) => f.path === path);
  if (field?.values.length) return field.values.map((v) => ({ value: v, title: "" }));
  const cut = path.lastIndexOf(".");
  const attribute = below(path.slice(0, cut), k.attributes).find((a) => a.name === path.slice(cut + 1));
  if (attribute) return attribute.options.map((o) => ({ value: o.value, title: o.title }));
  const last = path.slice(cut + 1).replace(/_name$/, "");
  const kind = last === "policy" ? "sla" : last;
  return k.blueprints.filter((b) => b.kind === kind).map((b) => ({ value: b.name, title: b.title }));
}

export const completer = (known: () => Known) => (c: CompletionContext): CompletionResult | null => {
  const before = c.state.sliceDoc(0, c.pos), k = known();
  const text = /([\w.]+)\s*(?:==|!=|in\s*\[[^\]]*)\s*"?([^"\s\],]*)$/.exec(before);
  if (text) {
    const values = valuesOf(text[1], k), quoted = before[before.length - text[2].length - 1] === '"';
    if (values.length) return { from: c.pos - text[2].length, options: values.map((v) => ({ label: v.value, detail: v.title, apply: quoted ? `${v.value}"` : `"${v.value}"`, type: "enum" })), validFor: /^[^"]*$/ };
  }
  const word = c.matchBefore(/[\w.]+/);
  if (!word && !c.explicit) return null;
  return { from: word?.from ?? c.pos, options: [...paths(k), ...functions.map(([label, apply, info]) => ({ label, apply, info, type: "function" }))], validFor: /^[\w.]*$/ };
};
