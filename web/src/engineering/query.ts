/** What is read about engineering, and what the cache calls it. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type * as t from "@/api/types";

const paged = <T,>(key: unknown[], path: string, query: Record<string, string>) =>
  infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => api.get<t.Page<T>>(path, { ...query, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (p) => p.next,
    staleTime: 30_000,
  });

export const engineeringQuery = (ticket: t.ID) => queryOptions({ queryKey: ["engineering", ticket], queryFn: ({ signal }) => api.get<t.Engineering>(`/tickets/${ticket}/engineering`, {}, signal), staleTime: 30_000 });
export const issuesQuery = (sort: string, state: string) => paged<t.WantedIssue>(["issues", "list", sort, state], "/issues", { sort, state });
export const issueQuery = (id: t.ID) => queryOptions({ queryKey: ["issues", id], queryFn: () => api.get<t.WantedIssue>(`/issues/${id}`) });
export const evidenceQuery = (id: t.ID) => paged<t.EvidenceTicket>(["issues", id, "tickets"], `/issues/${id}/tickets`, {});
export const knownsQuery = (state: string) => paged<t.KnownIssue>(["known-issues", "list", state], "/known-issues", { state });
export const knownQuery = (id: t.ID) => queryOptions({ queryKey: ["known-issues", id], queryFn: () => api.get<t.KnownIssue>(`/known-issues/${id}`) });
export const knownTicketsQuery = (id: t.ID) => paged<t.EvidenceTicket>(["known-issues", id, "tickets"], `/known-issues/${id}/tickets`, {});
export const trackersQuery = queryOptions({ queryKey: ["trackers"], queryFn: () => api.get<{ items: t.Tracker[] }>("/trackers").then((r) => r.items), staleTime: 15_000 });
