/** Figures of indicators, dashboards and reports: their types and how they are asked for. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, url } from "./client";
import type { ID, PersonRef } from "./types";

export type Every = "hour" | "day" | "week" | "month" | "quarter" | "year";
export type Part = "numerator" | "denominator" | "misses";
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
  name: string; title: string; sentence: string; formula: string; excluded: string; version: number; unit: string; currency: string;
  direction: "up" | "down" | "neutral"; measure: string; owner: string; zone: string; target: Goal | null; bands: Band[]; dimensions: Dimension[];
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
export interface RecordsAnswer { items: RecordItem[]; next: string | null; count: number; capped: boolean }
