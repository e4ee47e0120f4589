/** A report of accounts as a text, as one's own, and what a draft changes. Pure. */
import type { Board, ChartKind, OwnSpec } from "@/api/insight";
import type { AccountsSpec } from "@/api/reports";
import { mailChanges, mailIn, mailLines, nameOf, scalar, type MailPlan } from "../compose";

export interface AccountsDraft { title: string; name: string; summary: string; chart: ChartKind; accounts: AccountsSpec; mail: MailPlan | null }
export const emptyDraft: AccountsDraft = { title: "", name: "", summary: "", chart: "bar", accounts: { by: "segment", figure: "count", columns: ["segment", "csm", "revenue", "renewal"] }, mail: null };
export const draftOf = (b: Board): AccountsDraft => ({ title: b.title, name: b.name, summary: b.summary, chart: b.chart || "bar", accounts: b.accounts ?? {}, mail: mailIn(b) });

const keys = ["filter", "csm", "by", "edges", "figure", "value", "columns", "sort", "on"] as const;
const none = (v: unknown) => v === undefined || v === "" || (Array.isArray(v) && v.length === 0);
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b) || (none(a) && none(b));
/** Only what says something. */
export const tidy = (a: AccountsSpec): AccountsSpec => Object.fromEntries(keys.filter((k) => !none(a[k])).map((k) => [k, a[k]]));

export function accountsText(d: AccountsDraft): string {
  const lines = [/* as is */ "kind: report", `name: ${d.name || nameOf(d.title)}`, `title: ${scalar(d.title)}`];
  if (d.summary.trim()) lines.push(`summary: ${scalar(d.summary.trim())}`);
  lines.push(`chart: ${d.chart}`);
  const of = tidy(d.accounts), within = keys.filter((k) => k in of).map((k) => {
    const v = of[k]!;
    return `  ${k}: ${k === "on" ? JSON.stringify(v) : Array.isArray(v) ? `[${v.map((x) => (typeof x === "number" ? String(x) : scalar(x))).join(", ")}]` : scalar(v)}`;
  });
  return [...lines, within.length ? "accounts:" : "accounts: {}", ...within, ...mailLines(d.mail)].join("\n") + "\n";
}
export const accountsOwn = (d: AccountsDraft): OwnSpec => ({ summary: d.summary.trim() || undefined, chart: d.chart, accounts: tidy(d.accounts) });

export function accountsChanges(old: AccountsDraft, d: AccountsDraft): { path: string; value: unknown }[] {
  const out: { path: string; value: unknown }[] = [];
  const set = (path: string, was: unknown, is: unknown) => { if (!same(was, is)) out.push({ path, value: none(is) ? null : is }); };
  set("title", old.title, d.title.trim());
  set("summary", old.summary.trim(), d.summary.trim());
  set("chart", old.chart, d.chart);
  for (const k of keys) set(`accounts.${k}`, old.accounts[k], d.accounts[k]);
  return [...out, ...mailChanges(old.mail, d.mail)];
}
