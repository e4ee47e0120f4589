/** Figures of indicators, dashboards and reports: their types and how they are asked for. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, url } from "./client";
import type { AccountsSpec } from "./reports";
import type { ID, PersonRef } from "./types";

export type Every = "hour" | "day" | "week" | "month" | "quarter" | "year";
export type Part = "numerator" | "denominator" | "denominator-2" | "denominator-3" | "misses";
export type ChartKind = "number" | "line" | "area" | "bar" | "histogram" | "heat-map" | "table" | "funnel";

/** A value with what it is made of; null when nothing counted, hidden when it is about too few people for the reader. */
export interface Figure { value: number | null; numerator: number; denominator: number; count: number; hidden?: boolean }
export interface FigurePoint extends Figure { from: string; to: string }
export interface FigureGroup { key: string; label: string; points: FigurePoint[]; total: Figure }
/** type says how a filter compares it; kind what its keys name, "" for plain words. */
export interface Dimension { name: string; title: string; type: "text" | "int" | "bool"; kind: string }
export interface Goal { op: ">=" | "<="; value: number }
export interface Band { title: string; from: number; tone: "good" | "fair" | "bad" }
export interface FigureHead {
  name: string; title: string; sentence: string; formula: string; excluded: string; /** Where formula and target come from. */ source: string; /** Fewer records are a small sample. */ smallest_sample: number; version: number; unit: string; currency: string;
  direction: "up" | "down" | "neutral"; measure: string; /** Of the numerator and the denominator. */ units: string[] | null; owner: string; /** What the team is called. */ owner_title: string; zone: string; target: Goal | null; bands: Band[]; dimensions: Dimension[];
}
export interface Progress { done: number; total: number }
export interface FigureLine { from: string; to: string; groups: FigureGroup[]; total: Figure }
export interface SeriesAnswer extends FigureLine {
  indicator: FigureHead; every: Every; zone: string; /** Groups left out. */ more: number; compare: FigureLine | null; building: Progress | null;
}
export interface BreakdownRow extends Figure { key: string; label: string; before: Figure; change: number | null }
export interface Span { from: string; to: string; title: string }
export interface BreakdownAnswer {
  indicator: FigureHead; by: string; period: Span; compared: Span; total: Figure; before: Figure; rows: BreakdownRow[];
  change: { total: number; parts: { key: string; label: string; amount: number }[] } | null;
}
export interface RecordItem { kind: string; id: ID; /** Empty when the record is not the reader's to see. */ title: string; at: string; value: number | null; event_id: ID; good: boolean; by?: PersonRef }
/** One of the things that a part of a ratio is made of; part lists its records, "" when it has none. */
export interface Factor { measure: string; value: number; unit: string; records: number; part: Part | ""; of: Dimension | null; percentile?: number; calendar?: string; amount?: number; every?: string }
export interface RecordsAnswer { items: RecordItem[]; next: string | null; count: number; capped: boolean; /** Multiplied they are the result; empty where the records are the figure. */ made: Factor[]; result: number }

export interface Summary extends FigureHead, Figure {
  on_target: boolean | null; band: string; period: Span; small_sample: boolean; series: FigurePoint[]; building: Progress | null;
}
export interface Period { name: string; title: string; from: string; to: string; every: Every; trend_from: string; trend_every: Every; whole: boolean }
export interface Picture { indicator: string; steps: string[]; chart: ChartKind; by: string; filter: string; every: Every | "" }
export interface BoardTile extends Picture { title: string; period: string; size: "small" | "wide" | "full"; /** The indicators' names for people. */ titles: string[]; dimensions: Dimension[]; /** Of figures of accounts. */ accounts: AccountsSpec | null }
export interface BoardFilter { dimension: string; title: string; values: string[]; /** Who can be asked for its values. */ indicator: string }
export interface Sending { person: PersonRef; at: string; due: string; state: "queued" | "refused"; reason: string }
export interface BoardSchedule { words: string; zone: string; next_at: string | null; recipients: string[]; every: string; on: string; day: number; time: string; to: string[]; teams: string[] }
export type BoardKind = "dashboard" | "report";
export interface BoardRow { kind: BoardKind; name: string; title: string; summary: string; pictures: number; version: number; schedule: string }
export interface Board extends BoardRow { period: string; compare: Compare; zone: string; filters: BoardFilter[]; tiles: BoardTile[]; mail: BoardSchedule | null; /** Of a report of accounts. */ accounts: AccountsSpec | null; chart: ChartKind | "" }
/** A report that only its maker sees; spec is what of it is chosen in the builder. */
export interface OwnSpec { summary?: string; indicator?: string; steps?: string[]; chart: ChartKind; by?: string; filter?: string; every?: string; period?: string; compare?: Compare; zone?: string; filters?: string[]; accounts?: AccountsSpec }
export interface OwnReport extends Board { id: ID; spec: OwnSpec }
export interface OwnRow { id: ID; title: string; summary: string; version: number }
export type Compare = "previous" | "year" | "none";

/** What is asked of an indicator. */
export interface Ask { from: string; to: string; every?: string; group?: string; filter?: string; zone?: string; as_of?: string; known?: string; compare?: string }

const stale = 30_000;
/** Amounts of money are said in their currency. */
const inMoney = <H extends { unit: string; currency: string }>(h: H): H => (h.unit === "money" && h.currency ? { ...h, unit: h.currency } : h);
export const boardsQuery = (kind: BoardKind) => queryOptions({ queryKey: ["boards", kind], queryFn: () => api.get<{ items: BoardRow[] }>(`/${kind}s`).then((r) => r.items), staleTime: stale });
export const boardQuery = (kind: BoardKind, name: string) => queryOptions({ queryKey: ["boards", kind, name], queryFn: () => api.get<Board>(`/${kind}s/${name}`), staleTime: stale });
export const ownReportsQuery = queryOptions({ queryKey: ["own-reports"], queryFn: () => api.get<{ items: OwnRow[] }>("/own-reports").then((r) => r.items), staleTime: stale });
export const ownReportQuery = (id: ID) => queryOptions({ queryKey: ["own-reports", id], queryFn: () => api.get<OwnReport>(`/own-reports/${id}`), staleTime: stale });
export const sendingsQuery = (kind: BoardKind, name: string) => queryOptions({ queryKey: ["boards", kind, name, "mails"], queryFn: () => api.get<{ items: Sending[] }>(`/${kind}s/${name}/mails`).then((r) => r.items) });
/** The periods as they were at the end of a day, or as they are now. */
export const periodsQuery = (zone: string, on = "") => queryOptions({ queryKey: ["periods", zone, on], queryFn: () => api.get<{ items: Period[] }>("/periods", { zone, on: on || undefined }).then((r) => r.items), staleTime: 300_000 });
export const summariesQuery = queryOptions({ queryKey: ["indicators"], queryFn: () => api.get<{ items: Summary[] }>("/indicators").then((r) => r.items.map(inMoney)), staleTime: stale });
export const seriesQuery = (name: string, ask: Ask) =>
  queryOptions({ queryKey: ["figures", name, "series", ask], queryFn: ({ signal }): Promise<SeriesAnswer> => api.get<SeriesAnswer>(`/indicators/${name}/series`, { ...ask }, signal).then((s) => ({ ...s, indicator: inMoney(s.indicator) })), staleTime: stale, placeholderData: keepPreviousData, retry: false });
export const breakdownQuery = (name: string, by: string, ask: Ask) =>
  queryOptions({ queryKey: ["figures", name, "breakdown", by, ask], queryFn: ({ signal }): Promise<BreakdownAnswer> => api.get<BreakdownAnswer>(`/indicators/${name}/breakdown`, { ...ask, by }, signal).then((b) => ({ ...b, indicator: inMoney(b.indicator) })), staleTime: stale, placeholderData: keepPreviousData, retry: false });
export interface RecordsAsk extends Omit<Ask, "every" | "group" | "compare"> { part: Part; by?: string; key?: string }
export const figureRecordsQuery = (name: string, ask: RecordsAsk) =>
  infiniteQueryOptions({
    queryKey: ["figures", name, "records", ask],
    queryFn: ({ pageParam, signal }) => api.get<RecordsAnswer>(`/indicators/${name}/records`, { ...ask, cursor: pageParam }, signal),
    initialPageParam: null as string | null, getNextPageParam: (p) => p.next, staleTime: stale, retry: false,
  });
/** Where a table of several can be: every indicator with its own figure, or the steps of a funnel. */
export const exportAllUrl = (format: "csv" | "xlsx"): string => url("/indicators/export", { what: "summary", format });
export const exportStepsUrl = (names: string[], format: "csv" | "xlsx", ask: Ask): string => url("/indicators/export", { ...ask, every: undefined, compare: undefined, group: undefined, what: "steps", names: names.join(","), format });
/** Where a table can be fetched as a file. */
export const exportUrl = (name: string, what: "series" | "breakdown" | "records", format: "csv" | "xlsx", ask: object): string => url(`/indicators/${name}/export`, { ...ask, what, format });
