/** What is read about runs, and what the cache calls it. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type * as r from "@/api/run";
import type * as t from "@/api/types";

export interface RunFilter { playbook: string; state: string; stage?: string; mine: string }

export const playbooksQuery = queryOptions({ queryKey: ["playbooks"], queryFn: () => api.get<{ items: r.Playbook[] }>("/playbooks").then((r) => r.items), staleTime: 60_000 });
/** Those that are for one record: what it is decides. All of them without one. */
export const playbooksForQuery = (subject?: string, id?: t.ID) => queryOptions({ queryKey: ["playbooks", subject, id], queryFn: () => api.get<{ items: r.Playbook[] }>("/playbooks", { subject, id }).then((r) => r.items), staleTime: 60_000 });
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
export const subjectRunsQuery = (kind: string, id: t.ID) => infiniteQueryOptions({
  queryKey: ["runs", "list", "about", kind, id],
  queryFn: ({ pageParam, signal }) => api.get<t.Page<r.Run>>("/runs", { subject: kind, subject_id: id, limit: 5, cursor: pageParam }, signal),
  initialPageParam: null as string | null, getNextPageParam: (p) => p.next, staleTime: 15_000,
});
export const subjectsQuery = (kind: string, find: string, playbook: string) => queryOptions({ queryKey: ["run-subjects", kind, find, playbook], queryFn: ({ signal }) => api.get<{ items: r.RunSubject[] }>("/run-subjects", { kind, find, playbook }, signal).then((r) => r.items), staleTime: 30_000 });
export const subjectQuery = (kind: string, id: t.ID, playbook: string) => queryOptions({ queryKey: ["run-subjects", kind, "one", id, playbook], queryFn: () => api.get<{ items: r.RunSubject[] }>("/run-subjects", { kind, id, playbook }).then((r) => r.items[0]), staleTime: 60_000 });
export const runHistoryQuery = (id: t.ID) => infiniteQueryOptions({
  queryKey: ["runs", id, "history"],
  queryFn: ({ pageParam, signal }) => api.get<t.Page<r.RunLine>>(`/runs/${id}/history`, { limit: 50, cursor: pageParam }, signal),
  initialPageParam: null as string | null, getNextPageParam: (p) => p.next,
});
