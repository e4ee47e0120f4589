/** What is read about runs, and what the cache calls it. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type * as r from "@/api/run";
import type * as t from "@/api/types";

export interface RunFilter { playbook: string; state: string; stage?: string; mine: string }

export const playbooksQuery = queryOptions({ queryKey: ["playbooks"], queryFn: () => api.get<{ items: r.Playbook[] }>("/playbooks").then((r) => r.items), staleTime: 60_000 });
export const runsQuery = (f: RunFilter) => infiniteQueryOptions({
  queryKey: ["runs", "list", f],
  queryFn: ({ pageParam, signal }) => api.get<t.Page<r.Run>>("/runs", { ...f, limit: 30, cursor: pageParam }, signal),
  initialPageParam: null as string | null, getNextPageParam: (p) => p.next, staleTime: 15_000,
});
export const runQuery = (id: t.ID) => queryOptions({ queryKey: ["runs", id], queryFn: () => api.get<r.Run>(`/runs/${id}`), refetchInterval: 30_000 });
export const datedQuery = (playbook: string, from: string, to: string) => queryOptions({ queryKey: ["runs", "calendar", playbook, from, to], queryFn: () => api.get<{ items: r.DatedStep[] }>("/runs/calendar", { playbook, from, to }).then((r) => r.items), staleTime: 30_000 });
export const landingQuery = (id: t.ID) => queryOptions({ queryKey: ["runs", id, "move"], queryFn: () => api.get<r.Landing>(`/runs/${id}/move`) });
export const landingsQuery = (name: string, text: string) => queryOptions({ queryKey: ["runs", "landings", name, text], queryFn: () => api.post<r.Landings>(`/playbooks/${name}/moves`, text ? { text } : {}), staleTime: 15_000 });
export const bulkQuery = (id: t.ID) => queryOptions({ queryKey: ["bulk-runs", id], queryFn: () => api.get<r.BulkRuns>(`/bulk-runs/${id}`), refetchInterval: (q) => (q.state.data?.state === "done" ? false : 1000) });
