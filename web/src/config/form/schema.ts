import { worked } from "@/lib/time";

/** The JSON Schema of a kind, as the server writes it from the kind's own description, and what input a field of it takes. */
export interface Schema {
  title?: string; description?: string; type?: string; const?: unknown; enum?: string[]; pattern?: string; examples?: string[]; items?: Schema;
  properties?: Record<string, Schema>; required?: string[]; additionalProperties?: Schema | false; anyOf?: Schema[]; $ref?: string; $defs?: Record<string, Schema>;
  minimum?: number; maximum?: number; minItems?: number; maxItems?: number; minLength?: number; maxLength?: number;
  "x-ref"?: string; "x-format"?: string; "x-pick"?: string[]; "x-words"?: Record<string, string>; "x-min"?: string; "x-max"?: string;
}
export type Input = "fixed" | "choice" | "choices" | "ref" | "refs" | "people" | "person" | "condition" | "long" | "duration" | "date" | "clock" | "zone" | "colour" | "flag" | "number" | "text" | "texts" | "list" | "map" | "object" | "either" | "any";

/** A schema with its reference followed; what the place says of itself leads. */
export function resolve(root: Schema, s: Schema): Schema {
  if (!s.$ref) return s;
  const def = root.$defs?.[s.$ref.slice("#/$defs/".length)] ?? {};
  return { ...def, ...s, $ref: undefined, description: s.description ?? def.description };
}

const DURATION = "^([0-9]{1,6}h)?([0-9]{1,6}m)?$";

export function inputOf(s: Schema): Input {
  if (s.const !== undefined) return "fixed";
  if (s.anyOf) return "either";
  switch (s.type) {
    case "boolean": return "flag";
    case "integer": case "number": return "number";
    case "array": {
      const of = s.items ?? {};
      if (of.enum) return "choices";
      if (of["x-ref"]) return "refs";
      if (of["x-pick"]) return "people";
      return of.type === "string" && !of.pattern && !of["x-format"]?.startsWith("cel:") ? "texts" : "list";
    }
    case "object": return s.properties ? "object" : "map";
    case "string": return textInput(s);
  }
  return "any";
}

function textInput(s: Schema): Input {
  if (s.enum) return "choice";
  if (s["x-ref"]) return "ref";
  if (s["x-pick"]) return "person";
  if (s["x-format"]?.startsWith("cel:")) return "condition";
  if (s["x-format"] === "markdown") return "long";
  if (s["x-format"] === "time-zone") return "zone";
  if (s["x-format"] === "color") return "colour";
  if (s["x-format"] === "date" || s.pattern === "^[0-9]{4}-[0-9]{2}-[0-9]{2}$") return "date";
  if (s.pattern === DURATION) return "duration";
  if (s.pattern?.endsWith("|^24:00$")) return "clock";
  return "text";
}

/** Of a value that may be written short or long: the key that the short form sets. */
export function shortKey(either: Schema, long: Schema): string {
  const short = either.anyOf![0];
  const keys = Object.entries(long.properties ?? {});
  return (keys.find(([, p]) => p.description === short.description) ?? keys[0])[0];
}

/** What a new entry of a list begins as. */
export function blank(root: Schema, of: Schema): unknown {
  const s = resolve(root, of);
  switch (inputOf(s)) {
    case "object": return Object.fromEntries((s.required ?? []).map((k) => [k, blank(root, s.properties![k])]));
    case "list": case "choices": case "refs": case "people": case "texts": return [];
    case "map": return {};
    case "flag": return false;
    case "number": return s.minimum ?? 0;
    case "choice": return s.enum![0];
    default: return "";
  }
}

/** Minutes of "1h30m"; null for anything else. */
export function minutesOf(text: unknown): number | null {
  const m = typeof text === "string" && text !== "" ? /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?$/.exec(text) : null;
  return m ? Number(m[1] ?? 0) * 60 + Number(m[2] ?? 0) : null;
}
export const durationText = (minutes: number): string => {
  const h = Math.floor(minutes / 60), m = minutes % 60;
  return h === 0 ? `${m}m` : m === 0 ? `${h}h` : `${h}h${m}m`;
};
export const durationWords = worked;

/** What somebody types for a length of time: "90", "90 min", "1,5 hours", "1h30m". A number alone counts in `unit`. Null when it is none. */
export function readDuration(typed: string, unit: "h" | "min" = "min"): number | null {
  const s = typed.trim().toLowerCase().replaceAll(",", ".");
  const parts = [...s.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/g)];
  if (parts.length === 0 || s.replace(/(\d+(?:\.\d+)?)\s*([a-z]*)/g, "").trim() !== "") return null;
  let sum = 0;
  for (const [, n, word] of parts) {
    if (word === "" && parts.length > 1) return null;
    const u = word === "" ? unit : word;
    if (/^(h|hr|hrs|hour|hours)$/.test(u)) sum += Number(n) * 60;
    else if (/^(m|min|mins|minute|minutes)$/.test(u)) sum += Number(n);
    else return null;
  }
  return Math.round(sum) === sum && sum < 60_000_000 ? sum : null;
}
