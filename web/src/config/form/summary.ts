/** An entry of a list in a few words: "First reply, high, 4 h". */
import type { Blueprint } from "@/api/configuration";
import { inside } from "@/lib/words";
import { durationWords, minutesOf } from "./schema";
import { labelOf, valueWord } from "./words";

export function summary(kind: string, path: string, v: unknown, blueprints: Blueprint[]): string {
  if (v === null || v === undefined) return "Empty";
  if (Array.isArray(v)) return v.map((x) => summary(kind, path, x, blueprints)).join(", ");
  if (typeof v !== "object") return said(kind, path, "", v, blueprints);
  const kept = (x: unknown) => x !== null && x !== "" && x !== undefined && x !== false && !(Array.isArray(x) && x.length === 0);
  const parts = Object.entries(v).filter(([, x]) => kept(x)).map(([k, x]) => {
    if (x === true) return inside(labelOf(kind, `${path}.${k}`));
    const named = typeof x === "object" && x !== null && "name" in x ? x.name : null;
    if (named) return `${labelOf(kind, `${path}.${k}`)}: ${said(kind, `${path}.${k}.name`, k, named, blueprints)}`;
    if (typeof x === "object") return k === "to" || Array.isArray(x) ? `${labelOf(kind, `${path}.${k}`)}: ${summary(kind, `${path}.${k}`, x, blueprints)}` : labelOf(kind, `${path}.${k}`);
    const text = said(kind, `${path}.${k}`, k, x, blueprints);
    return path.startsWith("do[") && k !== "note" ? `${labelOf(kind, `${path}.${k}`)}: ${text}` : text;
  });
  const all = parts.slice(0, 4).join(", ");
  return all ? all.charAt(0).toUpperCase() + all.slice(1) : "Empty";
}

function said(kind: string, path: string, key: string, v: unknown, blueprints: Blueprint[]): string {
  if (typeof v !== "string") return String(v);
  const minutes = minutesOf(v);
  if (minutes !== null) return durationWords(minutes);
  const named = blueprints.find((b) => b.name === v && (b.kind === key || (key === "" && b.kind === "field") || (key === "reply" && b.kind === "template")));
  if (named) return named.title || named.name;
  return /^[a-z][a-z_]*$/.test(v) ? inside(valueWord(kind, path, v)) : v.length > 60 ? `${v.slice(0, 59)}…` : v;
}
