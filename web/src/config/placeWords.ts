/** Places and values of a blueprint in words: "targets[1].within" is "Promises, first reply, high: Within". */
import { phrase } from "@/language/phrase";
import { inside, valueText } from "@/lib/words";
import { durationWords, minutesOf } from "./form/schema";
import { summary } from "./form/summary";
import { pathOf, pathText, readTree, valueAt } from "./form/tree";
import { labelOf, valueWord } from "./form/words";

/** A place in words; with the text, entries of lists are called by what they are about. */
export function placeWords(kind: string, path: string, text?: string | null): string {
  const at = pathOf(path);
  const value = text ? readTree(text).value : null;
  const parts: string[] = [];
  at.forEach((k, i) => {
    const here = at.slice(0, i + 1);
    if (typeof k === "string") return parts.push(labelOf(kind, pathText(here)));
    const entry = value ? valueAt(value, here) : undefined;
    const called = entry && typeof entry === "object" && i < at.length - 1 ? entryName(kind, pathText(here), entry as Record<string, unknown>) : "";
    parts.push(called || phrase(`number ${k + 1}`));
  });
  return parts.join(" › ");
}

/** What tells an entry from its neighbours: its choices, but no amounts. */
function entryName(kind: string, path: string, e: Record<string, unknown>): string {
  const words = Object.entries(e).filter(([k, v]) => typeof v === "string" && /^[a-z][a-z0-9_-]*$/.test(v) && minutesOf(v) === null && k !== "calendar").map(([k, v]) => valueWord(kind, `${path}.${k}`, v as string));
  return words.slice(0, 2).map((w, i) => (i ? inside(w) : w)).join(", ");
}

/** A value of a field in words. */
export function fieldValue(kind: string, path: string, v: unknown): string {
  if (v === null || v === undefined) return "Not set";
  if (typeof v === "object") return Array.isArray(v) ? v.map((x) => fieldValue(kind, path, x)).join(", ") || "None" : summary(kind, path, v, []);
  const minutes = minutesOf(v);
  if (minutes !== null) return durationWords(minutes);
  if (typeof v === "string" && /^[a-z]+(_[a-z]+)*$/.test(v)) { const w = valueWord(kind, path, v); return w.toLowerCase().replaceAll(" ", "_") === v ? v : w; }
  return valueText(v);
}
