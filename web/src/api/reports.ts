/** Reports of accounts: what they are about, and what is answered. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "./client";
import type { Page } from "./types";

export type ReportFigure = "count" | "sum" | "mean" | "median" | "share";
export type ReportKind = "text" | "number" | "share" | "money" | "days" | "date" | "time";
/** What a report of accounts shows, as a report blueprint says it. */
export interface AccountsSpec { filter?: string; csm?: string; by?: string; edges?: number[]; figure?: string; value?: string; columns?: string[]; sort?: string; /** A day that has passed: as it was known at its end. */ on?: string }
export interface ReportField {
  name: string; title: string; doc: string; kind: ReportKind; unit: string; /** What conditions read it as; empty where they do not. */ path: string;
  groups: "values" | "edges" | "either" | "never"; figures: boolean; words: { value: string; title: string }[];
}
export interface ReportGroup { key: string; label: string; from: number | null; to: number | null; currency: string; accounts: number; known: number; value: number | null }
export interface ReportAnswer { by: ReportField | null; value: ReportField | null; figure: ReportFigure; groups: ReportGroup[]; total: ReportGroup[]; more: number }
export interface ReportRow { account: { id: number; name: string }; cells: unknown[]; band: string; currency: string }
export interface ReportRows extends Page<ReportRow> { columns: ReportField[] }
/** A group that was opened. */
export interface ReportPart { key: string; currency: string }

/** What is asked with; empty values are left out. */
export const reportAsk = (s: AccountsSpec) => ({ filter: s.filter || undefined, csm: s.csm || undefined, by: s.by || undefined, edges: s.edges?.length ? s.edges.join(",") : undefined, figure: s.figure || undefined, value: s.value || undefined, on: s.on || undefined });
export const rowsAsk = (s: AccountsSpec, part?: ReportPart) => ({ ...reportAsk(s), columns: s.columns?.length ? s.columns.join(",") : undefined, sort: s.sort || undefined, key: part?.key || undefined, currency: part?.currency || undefined });

export const reportFieldsQuery = queryOptions({ queryKey: ["report-fields"], queryFn: ({ signal }) => api.get<{ items: ReportField[] }>("/accounts/report/fields", {}, signal).then((r) => r.items), staleTime: 300_000 });
export const reportQuery = (s: AccountsSpec) => queryOptions({ queryKey: ["report", reportAsk(s)], queryFn: ({ signal }) => api.get<ReportAnswer>("/accounts/report", reportAsk(s), signal), staleTime: 30_000, placeholderData: keepPreviousData, retry: false });
export const reportRowsQuery = (s: AccountsSpec, part?: ReportPart) => infiniteQueryOptions({
  queryKey: ["report", "rows", rowsAsk(s, part)], queryFn: ({ pageParam, signal }) => api.get<ReportRows>("/accounts/report/accounts", { ...rowsAsk(s, part), cursor: pageParam }, signal),
  initialPageParam: null as string | null, getNextPageParam: (p) => p.next, staleTime: 30_000, placeholderData: keepPreviousData, retry: false,
});
