/** What the API tells of an account's health, and how it is asked. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "./client";
import type { ID } from "./types";

export type Colour = "red" | "yellow" | "green" | "";
export interface ScorecardRef { id: ID; version: number; name: string; title: string }
export interface HealthPoint { at: string; score: number | null; band: Colour; coverage: number; observed: number; scorecard: ScorecardRef | null; event_id: ID | null }
export type LeafState = "scored" | "no_data" | "stale" | "not_applicable" | "no_band";
export interface HealthLeaf {
  name: string; title: string; of: string | null; group: string; state: LeafState; value: unknown; days: boolean; share: boolean; at: string | null; old: boolean; colour: Colour; points: number | null;
  weight: number; effective: number; adds: number; bands: { colour: Colour; when: string; says: string; points: number }[]; measures: string[]; events: ID[];
}
export interface WayStep { name: string; title: string; from: Colour; to: Colour; value: unknown; when: string; says: string; points: number; lifts: string | null }
export interface Health extends HealthPoint {
  own: number | null; override: { name: string; title: string; colour: Colour } | null; measures: HealthLeaf[]; children: { account: { id: ID; name: string }; score: number; band: Colour }[]; reached: number;
  way: { band: Colour; reaches: boolean; blocked: string | null; score: number | null; gain: number; steps: WayStep[] }; current: boolean;
}
export type Cause = "data" | "account" | "staleness" | "redistribution" | "override" | "blueprint" | "below" | "below_weights";
export interface HealthPart {
  cause: Cause; name: string; title: string; account: { id: ID; name: string } | null; points: number; exact: string; effective: number | null;
  from: { state: LeafState; value: unknown; colour: Colour; points: number | null } | null; to: { state: LeafState; value: unknown; colour: Colour; points: number | null } | null; events: ID[];
}
export interface HealthChange { from: HealthPoint; to: HealthPoint; delta: number; parts: HealthPart[] }
export interface Quality { name: string; title: string; renewed: number; lost: number; auc: number | null; low: number | null; high: number | null; too_small: boolean }
export interface Backtest {
  scorecard: string; from: string | null; to: string | null; renewed: number; lost: number; bounded: boolean; without_score: number; others: number;
  horizons: { days: number; score: Quality; measures: Quality[]; segments: Quality[] }[];
}
export interface Scorecard extends ScorecardRef { accounts: number }

/** As known at a time; now when it is left out. */
export const healthQuery = (account: ID, at?: string) => queryOptions({ queryKey: at ? ["health", account, "at", at] : ["health", account], queryFn: ({ signal }) => api.get<Health>(`/accounts/${account}/health`, { at }, signal), staleTime: 15_000 });
export const trendQuery = (account: ID) => queryOptions({ queryKey: ["health", account, "trend"], queryFn: ({ signal }) => api.get<{ items: HealthPoint[] }>(`/accounts/${account}/health/trend`, {}, signal).then((r) => r.items), staleTime: 60_000 });
export const explainQuery = (account: ID, from: string, to?: string) =>
  queryOptions({ queryKey: ["health", account, "explain", from, to ?? ""], queryFn: ({ signal }) => api.get<HealthChange>(`/accounts/${account}/health/explain`, { from, to }, signal), staleTime: 60_000 });
export const scorecardsQuery = queryOptions({ queryKey: ["scorecards"], queryFn: () => api.get<{ items: Scorecard[] }>("/scorecards").then((r) => r.items), staleTime: 60_000 });
export const backtestQuery = (name: string) => queryOptions({ queryKey: ["backtest", name], queryFn: ({ signal }) => api.get<Backtest>(`/scorecards/${encodeURIComponent(name)}/backtest`, {}, signal), staleTime: 600_000, retry: false });
