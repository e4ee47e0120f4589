/** The catalogues: en.json lists every message with where it stands, one file a language holds what is said instead. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse, type Node } from "../src/language/message.ts";
import type { Result } from "./find.ts";

const folder = join(import.meta.dirname, "catalogue");
const pathOf = (name: string): string => join(folder, `${name}.json`);
const load = (name: string): Record<string, string> => (existsSync(pathOf(name)) ? (JSON.parse(readFileSync(pathOf(name), "utf8")) as Record<string, string>) : {});
export const languages = (): string[] => readdirSync(folder).map((f) => basename(f, ".json")).filter((l) => l !== "en").sort();

const lines = (of: Record<string, string>): string => `{\n${Object.entries(of).map(([k, v]) => `${JSON.stringify(k)}: ${JSON.stringify(v)}`).join(",\n")}\n}\n`;

/** Every message, in order, with the files it stands in. */
function collected(found: Map<string, Result>): Record<string, string> {
  const at = new Map<string, Set<string>>();
  for (const [file, r] of found) for (const m of r.messages) at.set(m.key, (at.get(m.key) ?? new Set()).add(file));
  return Object.fromEntries([...at].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([k, files]) => [k, [...files].slice(0, 4).join(" ") + (files.size > 4 ? ` and ${files.size - 4} more` : "")]));
}

/** Writes the catalogues anew: en.json whole; of the others, what is no longer said goes. Returns what to tell. */
export function extract(found: Map<string, Result>): string[] {
  const all = collected(found);
  writeFileSync(pathOf("en"), lines(all));
  const told = [`${Object.keys(all).length} messages`];
  for (const l of languages()) {
    const was = load(l);
    const kept = Object.fromEntries(Object.keys(all).filter((k) => was[k]).map((k) => [k, was[k]]));
    writeFileSync(pathOf(l), lines(kept));
    const gone = Object.keys(was).length - Object.keys(kept).length;
    told.push(`${l}: ${Object.keys(kept).length} translated${gone ? `, ${gone} no longer said` : ""}`);
  }
  return told;
}

/** What is wrong: a text that is neither taken nor marked, a catalogue that is not as the sources are, a translation that does not fit its message. */
export function problems(found: Map<string, Result>): string[] {
  const out: string[] = [];
  for (const [file, r] of found) for (const d of r.doubts) out.push(`${file}:${d.line}: “${d.text}” may be read by people. Say phrase("…") if it is, or put /* as is */ before it.`);
  const all = collected(found);
  if (JSON.stringify(all) !== JSON.stringify(load("en"))) out.push("catalogue/en.json is not what the sources say. Run: node language/run.mjs extract");
  for (const l of languages()) {
    for (const [key, said] of Object.entries(load(l))) {
      const wrong = misfit(key, said);
      if (wrong) out.push(`catalogue/${l}.json: ${JSON.stringify(key)}: ${wrong}`);
    }
  }
  return out;
}

/** Why a translation does not fit its message; null when it does. */
export function misfit(key: string, said: string): string | null {
  try {
    const want = places(parse(key.replace(/\u0004.*$/s, ""))), have = places(parse(said));
    const bare = (p: string) => p.replace("?", "");
    const among = (all: Set<string>, p: string) => all.has(bare(p)) || all.has("?" + bare(p));
    const unknown = [...have].find((p) => !among(want, p)), lost = [...want].find((p) => !p.startsWith("?") && !among(have, p));
    return unknown ? `${bare(unknown)} is not in the message` : lost ? `${lost} is missing` : null;
  } catch (e) {
    return (e as Error).message;
  }
}

/** The values and elements that a message names. What only a choice goes by has a question mark: it may be left out, or said. */
function places(nodes: Node[], out = new Set<string>()): Set<string> {
  for (const n of nodes) {
    if (typeof n === "string") continue;
    if (n.kind === "value") out.add(`{${n.name}}`);
    if (n.kind === "element") { out.add(`<${n.index}>`); if (n.inside) places(n.inside, out); }
    if (n.kind === "plural" || n.kind === "select") {
      out.add(`?{${n.name}}`);
      for (const of of Object.values(n.of)) places(of, out);
    }
  }
  return out;
}
