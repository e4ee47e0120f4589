/** Conditions about accounts as rows of field, comparison and value, and as a text of the rule language. Pure. */
import { phrase } from "@/language/phrase";
import type { ReportField } from "@/api/reports";

export type Op = "is" | "not" | "least" | "most" | "more" | "less" | "known" | "unknown";
export interface Row { path: string; op: Op; value: string }

const signs: Partial<Record<Op, string>> = { least: ">=", most: "<=", more: ">", less: "<" };
export const opWord: Record<Op, string> = { is: phrase("is", "a comparison"), not: phrase("is not", "a comparison"), least: phrase("at least", "a comparison"), most: phrase("at most", "a comparison"), more: phrase("more than", "a comparison"), less: phrase("less than", "a comparison"), known: phrase("is known", "a comparison"), unknown: phrase("is not known", "a comparison") };
export const opsOf = (f: ReportField): Op[] => (f.kind === "text" ? ["is", "not", "known", "unknown"] : ["least", "most", "more", "less", "known", "unknown"]);
export const wantsValue = (op: Op): boolean => op !== "known" && op !== "unknown";

/** Shares are written from 0 to 1, times as durations: people type percent and days. Amounts are in whole units, whatever the currency. */
function literal(f: ReportField, value: string): string {
  const n = Number(value);
  if (f.kind === "share") return String(Number((n / 100).toPrecision(12)));
  if (f.kind === "days") return `duration("${Math.round(n * 24)}h")`;
  return String(n);
}
function typed(f: ReportField, text: string): string | null {
  const hours = /^duration\("(\d+)h"\)$/.exec(text);
  if (f.kind === "days") return hours ? String(Number(hours[1]) / 24) : null;
  if (!/^-?\d+(\.\d+)?$/.test(text)) return null;
  const n = Number(text);
  return String(f.kind === "share" ? Number((n * 100).toPrecision(12)) : n);
}

export function textOfRow(r: Row, f: ReportField | undefined): string {
  if (!f || (wantsValue(r.op) && (r.value.trim() === "" || (f.kind !== "text" && !Number.isFinite(Number(r.value)))))) return "";
  if (r.op === "known") return `has(${r.path})`;
  if (r.op === "unknown") return `!has(${r.path})`;
  if (r.op === "is") return `${r.path} == ${JSON.stringify(r.value)}`;
  if (r.op === "not") return `!(${r.path} == ${JSON.stringify(r.value)})`;
  return `${r.path} ${signs[r.op]} ${literal(f, r.value)}`;
}
export const textOfRows = (rows: Row[], rest: string, fields: ReportField[]): string =>
  [...rows.map((r) => textOfRow(r, fields.find((f) => f.path === r.path))), rest.includes("||") ? `(${rest})` : rest].filter((t) => t && t !== "()").join(" && ");

/** The parts of a text that must all hold; one part where "or" stands outside of brackets. */
export function parts(text: string): string[] {
  const out: string[] = [];
  let depth = 0, quote = "", from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quote) { if (c === "\\") i++; else if (c === quote) quote = ""; continue; }
    if (c === '"' || c === "'") quote = c;
    else if ("([{".includes(c)) depth++;
    else if (")]}".includes(c)) depth--;
    else if (depth === 0 && text.startsWith("||", i)) return [text.trim()];
    else if (depth === 0 && text.startsWith("&&", i)) { out.push(text.slice(from, i).trim()); from = i + 2; i++; }
  }
  return [...out, text.slice(from).trim()].filter(Boolean);
}

/** What of a text rows can say, and the rest as it is. */
export function readRows(text: string, fields: ReportField[]): { rows: Row[]; rest: string } {
  const rows: Row[] = [], rest: string[] = [];
  for (const p of parts(text)) {
    const r = readRow(p, fields);
    if (r) rows.push(r); else rest.push(p);
  }
  return { rows, rest: rest.join(" && ") };
}
function readRow(p: string, fields: ReportField[]): Row | null {
  const of = (path: string) => fields.find((f) => f.path !== "" && f.path === path);
  const has = /^(!?)has\(([\w.]+)\)$/.exec(p);
  if (has) return of(has[2]) ? { path: has[2], op: has[1] ? "unknown" : "known", value: "" } : null;
  const is = /^([\w.]+) == ("(?:[^"\\]|\\.)*")$/.exec(p), not = /^!\(([\w.]+) == ("(?:[^"\\]|\\.)*")\)$/.exec(p), word = is ?? not;
  if (word) return of(word[1])?.kind === "text" ? { path: word[1], op: is ? "is" : "not", value: JSON.parse(word[2]) as string } : null;
  const number = /^([\w.]+) (>=|<=|>|<) (.+)$/.exec(p);
  const f = number && of(number[1]), value = f && f.kind !== "text" ? typed(f, number[3]) : null;
  return number && value !== null ? { path: number[1], op: (Object.keys(signs) as Op[]).find((o) => signs[o] === number[2])!, value } : null;
}
