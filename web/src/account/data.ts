/** Accounts as the API shows them, what they are called in the cache, and how their values are said. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Count, Page } from "@/api/types";
import { colourWord } from "@/health/words";
import { locale } from "@/language/language";
import { phrase } from "@/language/phrase";
import { number } from "@/lib/words";

export interface Ref { id: number; name: string }
export interface Account {
  id: number; name: string; plan: string; segment: string; coverage: string; stage: string; revenue: number; currency: string; since: string | null; contract_start: string | null;
  renewal: string | null; parent: Ref | null; csm: Ref | null; team: Ref | null; score: number | null; band: string; band_since: string | null; band_was: string; /** Share of the weight of its score that had data, from 0 to 1; null without a score. */ observed: number | null; version: number; mail: string;
  /** When its next health update is due; null without a rhythm. */ update: NextUpdate | null;
}
export interface NextUpdate { due: string; from: string; rhythm: string; state: "later" | "soon" | "overdue" }
export type Show = "table" | "heat" | "board";
/** Which accounts a view shows, and in which order. */
export interface Selected { q?: string; segment?: string; coverage?: string; stage?: string; plan?: string; band?: string; csm?: string; team?: number; parent?: number; renewal_before?: string; renews?: number; changed_since?: string; changed?: string; update?: string; sort?: string }
export interface AccountsView { name: string; id?: number; version?: number; title: string; description: string; selection: Selected; count: Count; show?: Show; columns?: string[]; measures?: string[] }
export interface WantedRole { role: string; held: boolean; met: string | null; until: string | null }
export interface Wanted { measure: string; title: string; days: number; roles: WantedRole[] }
export interface EntryFile { id: number; filename: string; content_type: string; size: number }
export interface Sum { segment: string; band: string; currency: string; accounts: number; revenue: number }
export interface MeasureInfo { name: string; title: string; doc: string; unit: string; type: "count" | "number" | "share" | "duration" | "time" | "text"; better: "more" | "less" | "neither"; words: string[]; manual: boolean }
export interface Observation { account: number; measure: string; value: number | string | null; at: string | null; until: string | null; event_id: number | null; colour: "" | "red" | "yellow" | "green" }
export interface Persona { person: Ref; email: string; role: string; since: string }
export interface HealthUpdate { state: string; considerations: string; watch_items: string; next_steps: string; impact: string; reason: string }
export interface Line { source: "entry" | "change" | "ticket" | "survey"; id: number; at: string; kind: string; title: string; body: string; effort: number; by: Ref | null; people: Ref[]; health?: HealthUpdate; files?: EntryFile[]; data?: Record<string, unknown>; /** What ids in a change are called: "person/7", "team/3", "account/9". */ names?: Record<string, string>; event_id: number | null }
export interface Call {
  id: number; account: Ref; rule: string; type: string; title: string; reason: string; note: string; priority: string; state: string; owner: Ref | null; due: string | null;
  snoozed_until: string | null; snooze_reason: string; opened_at: string; closed_at: string | null; version: number; event_id: number;
}
export interface WaitingMail { id: number; received_at: string; at: string; by: Ref | null; sender: string; people: string[]; title: string; body: string; reason: string; files?: EntryFile[] }
export interface WaitingMails { items: WaitingMail[]; next: string | null; count: { count: number; capped: boolean }; address: string }
export interface Metric { metric: string; title: string; unit: string; type: "gauge" | "counter"; value: number; at: string }
export interface Instance { id: number; key: string; purpose: string; primary: boolean; chosen: boolean; seen_at: string; metrics: Metric[] }

/** Points of an organization that nobody knows. */
export interface Stray { id: number; source: string; organization: string; first: string; last: string; points: number }
export interface CounterTable { counters: { name: string; title: string; doc: string; when: string; accounts: number }[]; rows: { key: string; label: string; accounts: number; counts: number[] }[]; more: number; accounts: number }

export interface Narrowed { q?: string; segment?: string; coverage?: string; stage?: string; plan?: string; band?: string; csm?: string; changed?: string; update?: string; renews?: string; sort?: string }

const pages = { initialPageParam: null as string | null, getNextPageParam: <T>(p: Page<T>) => p.next };
export const accountsQuery = (f: Narrowed) => infiniteQueryOptions({ queryKey: ["accounts", f], queryFn: ({ pageParam, signal }) => api.get<Page<Account>>("/accounts", { ...f, cursor: pageParam }, signal), ...pages, staleTime: 30_000 });
export const sumsQuery = (f: Narrowed) => queryOptions({ queryKey: ["account-sums", f], queryFn: ({ signal }) => api.get<{ items: Sum[] }>("/accounts/sums", { ...f, sort: null }, signal).then((r) => r.items), staleTime: 30_000 });
export const accountQuery = (id: number) => queryOptions({ queryKey: ["account", id], queryFn: ({ signal }) => api.get<Account>(`/accounts/${id}`, {}, signal) });
export const measuredQuery = queryOptions({ queryKey: ["account-measures"], queryFn: () => api.get<{ items: MeasureInfo[] }>("/accounts/measures").then((r) => r.items), staleTime: 300_000 });
export const viewsQuery = queryOptions({ queryKey: ["account-views"], queryFn: ({ signal }) => api.get<{ items: AccountsView[] }>("/account-views", {}, signal).then((r) => r.items), staleTime: 60_000 });
export const wantedQuery = (id: number) => queryOptions({ queryKey: ["account-contacts", id, "wanted"], queryFn: ({ signal }) => api.get<{ items: Wanted[] }>(`/accounts/${id}/roles`, {}, signal).then((r) => r.items) });
export const observedQuery = (ids: number[], names: string[]) => queryOptions({
  queryKey: ["account-observed", ids, names], enabled: ids.length > 0 && names.length > 0, staleTime: 30_000,
  queryFn: ({ signal }) => api.get<{ items: Observation[] }>("/accounts/observed", { account: ids.join(","), measure: names.join(",") }, signal).then((r) => r.items),
});
export const linesQuery = (id: number, source: string) => infiniteQueryOptions({ queryKey: ["account-lines", id, source], queryFn: ({ pageParam, signal }) => api.get<Page<Line>>(`/accounts/${id}/timeline`, { source, cursor: pageParam, limit: 30 }, signal), ...pages });
export const waitingQuery = infiniteQueryOptions({ queryKey: ["timeline-mail"], queryFn: ({ pageParam, signal }) => api.get<WaitingMails>("/timeline-mail", { cursor: pageParam, limit: 30 }, signal), initialPageParam: null as string | null, getNextPageParam: (p: WaitingMails) => p.next || null, staleTime: 30_000 });
export const callsQuery = (f: { account?: number; owner?: string; state?: string }) => infiniteQueryOptions({ queryKey: ["calls", f], queryFn: ({ pageParam, signal }) => api.get<Page<Call>>("/calls", { ...f, cursor: pageParam }, signal), ...pages });
export const strayQuery = infiniteQueryOptions({ queryKey: ["usage-unknown"], queryFn: ({ pageParam, signal }) => api.get<Page<Stray>>("/usage/unknown", { cursor: pageParam, limit: 30 }, signal), ...pages });
export const countersQuery = (by: string, csm: string) => queryOptions({ queryKey: ["account-counters", by, csm], queryFn: ({ signal }) => api.get<CounterTable>("/accounts/counters", { by, csm: csm || undefined }, signal), staleTime: 30_000 });
export const belowQuery = (id: number) => infiniteQueryOptions({ queryKey: ["accounts-below", id], queryFn: ({ pageParam, signal }) => api.get<Page<Account>>("/accounts", { parent: id, cursor: pageParam }, signal), ...pages, staleTime: 30_000 });
export const usageQuery = (id: number) => queryOptions({ queryKey: ["account-usage", id], queryFn: ({ signal }) => api.get<{ items: Instance[] }>(`/accounts/${id}/usage`, {}, signal).then((r) => r.items) });
export const pointsQuery = (id: number, metric: string, from: string) => queryOptions({ queryKey: ["account-points", id, metric], staleTime: 300_000, queryFn: ({ signal }) => api.get<{ items: { at: string; value: number }[] }>(`/accounts/${id}/usage/${metric}`, { from }, signal).then((r) => r.items) });
export const personasQuery = (id: number) => queryOptions({ queryKey: ["account-contacts", id], queryFn: ({ signal }) => api.get<{ items: Persona[] }>(`/accounts/${id}/contacts`, {}, signal).then((r) => r.items) });

export const stageWord: Record<string, string> = { onboarding: "Onboarding", implementation: "Implementation", adoption: "Adoption", growth: "Growth", will_churn: "Will churn", churned: "Churned" };
export const typeWord: Record<string, string> = { risk: "Risk", expansion: "Expansion", lifecycle: "Lifecycle", activity: "Activity", renewal: "Renewal", digital: "Digital journey", objective: "Objective" };
export interface AccountDocument extends EntryFile { entry: number; kind: string; title: string; at: string; by: Ref | null }
export const documentsQuery = (id: number) => infiniteQueryOptions({ queryKey: ["account-documents", id], queryFn: ({ pageParam, signal }) => api.get<Page<AccountDocument>>(`/accounts/${id}/documents`, { cursor: pageParam, limit: 10 }, signal), ...pages });

export const kindWord: Record<string, string> = { call: "Call", meeting: "Meeting", workshop: "Workshop", review: phrase("Review", "a meeting with a customer"), email: "Mail", update: "Update", health_update: "Health update", outcome: "Outcome", escalation: "Escalation", document: "Document" };
export const roleText = (r: string) => { const s = r.replaceAll("_", " "); return s[0].toUpperCase() + s.slice(1); };
export const bandWord = (b: string): string => (b ? (colourWord[b as keyof typeof colourWord] ?? b[0].toUpperCase() + b.slice(1)) : "No score");

export const dateText = (d: string) => new Date(d + "T00:00:00Z").toLocaleDateString(locale(), { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
export const daysUntil = (d: string) => Math.round((Date.parse(d) - Date.now()) / 86_400_000);
export function away(d: string): string {
  const n = daysUntil(d);
  return n === 0 ? "today" : n > 0 ? phrase(`in ${number(n)} days`) : `${number(-n)} days ago`;
}

/** A measure's value for people. */
export function measured(m: MeasureInfo | undefined, v: Observation["value"]): string {
  if (v === null || v === undefined) return "–";
  if (typeof v === "string") return m?.type === "time" ? dateText(v.slice(0, 10)) : v && v[0].toUpperCase() + v.slice(1).replaceAll("_", " ");
  if (m?.type === "share") return `${(v * 100).toFixed(1).replace(/\.0$/, "")}%`;
  if (m?.type === "duration") return `${number(Math.floor(v / 86_400))} d`;
  return number(Math.round(v * 100) / 100);
}
