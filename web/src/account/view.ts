/** A view of accounts, between what the server keeps and what the address bar says. Pure. */
import type { AccountsView, Narrowed, Selected, Show } from "./data";

export type Column = "segment" | "coverage" | "plan" | "stage" | "revenue" | "renewal" | "csm" | "team" | "since" | "update" | "observed";
/** What stands in a table unless somebody chose otherwise. */
export const usual: Column[] = ["segment", "coverage", "revenue", "renewal", "csm", "update"];

export type Search = Record<string, string | undefined>;
const filters = ["q", "segment", "coverage", "stage", "plan", "band", "csm", "renews", "changed", "update"] as const;
const names = [...filters, "sort"] as const;

/** How the accounts are shown. */
export interface Look { show: Show; columns: Column[]; measures: string[] }

export const lookOf = (s: Search): Look => ({ show: (s.show as Show | undefined) ?? "table", columns: s.cols ? (s.cols.split(",").filter(Boolean) as Column[]) : usual, measures: (s.measures ?? "").split(" ").filter(Boolean) });

/** Which accounts the address asks for. */
export const narrowedOf = (s: Search): Narrowed => Object.fromEntries(names.filter((n) => s[n]).map((n) => [n, s[n]]));

/** What narrows the list, beside its order. */
export const narrows = (s: Search): boolean => filters.some((n) => s[n]);

/** Nothing of a view: what an address says besides stays. */
export const bare: Search = Object.fromEntries([...names, "show", "cols", "measures", "own", "view"].map((n) => [n, undefined]));

const shown = (look: Look) => ({ show: look.show, ...(look.columns.join() === usual.join() ? {} : { columns: look.columns }), ...(look.show === "heat" ? { measures: look.measures } : {}) });

/** What is sent to keep what the list shows. */
export function bodyOf(title: string, s: Search) {
  const f = narrowedOf(s) as Record<string, string>;
  const selection = Object.fromEntries(Object.entries(f).map(([k, v]) => [k, k === "renews" ? Number(v) : v])) as Selected;
  return { title: title.trim(), selection, ...shown(lookOf(s)) };
}

/** What was sent to keep a view. */
export const keptBody = (v: AccountsView) => ({ title: v.title, selection: v.selection, ...(v.show ? { show: v.show } : {}), ...(v.columns ? { columns: v.columns } : {}), ...(v.measures ? { measures: v.measures } : {}) });

/** The address of what a view shows: a colleague who opens it sees the same filter. */
export function searchOf(v: AccountsView): Search {
  const out: Search = { ...bare, ...(v.id ? { own: String(v.id) } : { view: v.name }) };
  for (const [k, x] of Object.entries(v.selection)) if (x) out[k] = String(x);
  if (v.show && v.show !== "table") out.show = v.show;
  if (v.columns?.length) out.cols = v.columns.join(",");
  if (v.measures?.length) out.measures = v.measures.join(" ");
  return out;
}

/** Whether the list shows a view as it is kept. */
export function sameAs(v: AccountsView, s: Search): boolean {
  const kept = searchOf(v), of = (x: Search) => JSON.stringify([...names, "show", "cols", "measures"].map((n) => x[n] || ""));
  return of(kept) === of(s);
}

/** The text of a view for everybody. */
export function textOf(s: Search, as: { title: string; name: string }): string {
  const f = narrowedOf(s), look = lookOf(s);
  const plain = (v: string) => (/^[\w ]+$/.test(v) ? v : JSON.stringify(v));
  const lines = [
    f.csm && f.csm !== "me" && f.csm !== "none" && `# The list was also limited to one colleague. A view of everybody can say csm: me.`,
    /* as is */ "kind: account_view", `name: ${as.name}`, `title: ${plain(as.title)}`,
    f.q && `query: ${JSON.stringify(f.q)}`, f.segment && `segment: ${plain(f.segment)}`, f.coverage && `coverage: ${f.coverage}`, f.plan && `plan: ${plain(f.plan)}`, f.stage && `stage: ${f.stage}`, f.band && `band: ${f.band}`, (f.csm === "me" || f.csm === "none") && `csm: ${f.csm}`,
    f.changed && `changed: ${f.changed}`, f.renews && `renews: ${f.renews}`, f.update && `update: ${f.update}`, f.sort && `sort: ${f.sort}`, look.show !== "table" && `show: ${look.show}`,
    look.columns.join() !== usual.join() && `columns: [${look.columns.join(", ")}]`, look.show === "heat" && look.measures.length > 0 && `measures: [${look.measures.join(", ")}]`,
  ];
  return lines.filter(Boolean).join("\n") + "\n";
}
