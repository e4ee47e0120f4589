/** Values of custom attributes: how they read, and how what was typed becomes one. */
import type { Attributes, Field } from "@/api/types";
import { date } from "@/lib/time";
import { number, valueText } from "@/lib/words";

export const isEmpty = (v: unknown): boolean => v === undefined || v === null || v === "" || (Array.isArray(v) && v.length === 0);

/** The title of an option; nested ones say where they belong. */
export const optionText = (f: Field, value: string): string => f.options.find((o) => o.value === value)?.title || value.replaceAll("::", ", ");

/** The options for a select: nested ones under the name of what they are nested in. */
export function grouped(f: Field): ({ value: string; label: string } | { group: string; items: { value: string; label: string }[] })[] {
  if (!f.options.some((o) => o.value.includes("::"))) return f.options.map((o) => ({ value: o.value, label: optionText(f, o.value) }));
  const groups = new Map<string, { value: string; label: string }[]>();
  for (const o of f.options) {
    const group = o.value.split("::").slice(0, -1).join(" › ");
    groups.set(group, [...(groups.get(group) ?? []), { value: o.value, label: optionText(f, o.value) }]);
  }
  return [...groups].flatMap(([group, items]): ReturnType<typeof grouped> => (group ? [{ group, items }] : items));
}

/** A value for people; "" when there is none. */
export function fieldText(f: Field | undefined, v: unknown): string {
  if (isEmpty(v)) return "";
  if (!f) return valueText(v);
  if (f.type === "checkbox") return v === true ? "Yes" : "No";
  if (f.type === "dropdown") return optionText(f, String(v));
  if (f.type === "multiselect" && Array.isArray(v)) return v.map((x) => optionText(f, String(x))).join(", ");
  if (f.type === "date") return date(Date.parse(`${String(v)}T12:00:00Z`), undefined, "UTC");
  if ((f.type === "integer" || f.type === "decimal") && typeof v === "number") return number(v);
  if (f.type === "lookup") return `${f.to.replace(/^./, (c) => c.toUpperCase())} ${String(v)}`;
  return valueText(v);
}

/** What was typed, as the API wants it: null takes the value away, undefined when it is no such value. */
export function typed(f: Field, text: string): unknown {
  const t = f.type === "textarea" ? text : text.trim();
  if (t === "") return null;
  if (f.type === "integer" || f.type === "lookup") return /^-?\d+$/.test(t) && Number.isSafeInteger(Number(t)) ? Number(t) : undefined;
  if (f.type === "decimal") return Number.isFinite(Number(t)) ? Number(t) : undefined;
  return t;
}

/** How to say that what was typed is not a value of the field. */
export const hint = (f: Field): string => (f.type === "decimal" ? "Type a number, such as 2.5." : f.type === "lookup" ? `Type the number of the ${f.to}.` : "Type a whole number.");

/** The changes between two sets: what is gone becomes null. */
export function difference(was: Attributes, is: Attributes): Attributes {
  const out: Attributes = {};
  for (const k of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const a = isEmpty(was[k]) ? null : was[k], b = isEmpty(is[k]) ? null : is[k];
    if (JSON.stringify(a) !== JSON.stringify(b)) out[k] = b;
  }
  return out;
}

/** A set with a change made to it. */
export function merged(was: Attributes, change: Attributes): Attributes {
  return Object.fromEntries(Object.entries({ ...was, ...change }).filter(([, v]) => v !== null));
}
