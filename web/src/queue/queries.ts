/** What the queue, presence, hand-overs and attention read; kept out of the desk's first load. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type * as t from "@/api/types";

const items = <T,>(r: { items: T[] }) => r.items;
export const queuesQuery = queryOptions({ queryKey: ["queues"], queryFn: () => api.get<{ items: t.Queue[] }>("/queues").then(items), staleTime: 15_000 });
export const queueQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: ["queues", name],
    queryFn: ({ pageParam, signal }) => api.get<t.Page<t.QueueRow>>(`/queues/${name}`, { cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (p) => p.next ?? null,
    staleTime: 15_000,
  });
export const weightQuery = (id: t.ID) => queryOptions({ queryKey: ["ticket", id, "weight"], queryFn: () => api.get<t.Weight>(`/tickets/${id}/weight`) });
export const availabilityQuery = queryOptions({ queryKey: ["availability"], queryFn: () => api.get<t.Availability>("/me/availability"), staleTime: 30_000 });
export const handoversQuery = (region: string) => queryOptions({ queryKey: ["handovers", region], queryFn: () => api.get<t.Handovers>("/handovers", { region }), staleTime: 30_000 });
export const regionsQuery = queryOptions({ queryKey: ["regions"], queryFn: () => api.get<{ items: t.Region[] }>("/regions").then(items), staleTime: 60_000 });
export type Whose = "me" | "teams" | "all" | "asked";
export const attentionQuery = (whose: Whose) =>
  infiniteQueryOptions({
    queryKey: ["attention", whose],
    queryFn: ({ pageParam, signal }) => api.get<t.Page<t.Attention>>("/attention", { for: whose, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (p) => p.next ?? null,
    staleTime: 15_000,
  });
export const helpQuery = (id: t.ID) => queryOptions({ queryKey: ["ticket", id, "help"], queryFn: () => api.get<t.TicketHelp>(`/tickets/${id}/help`) });
export const reportsQuery = queryOptions({ queryKey: ["ticket-reports"], queryFn: () => api.get<{ items: t.TicketReport[] }>("/ticket-reports").then(items) });
export const runsQuery = (name: string) => queryOptions({ queryKey: ["ticket-reports", name], queryFn: () => api.get<t.Page<t.ReportRun>>(`/ticket-reports/${name}`, { limit: 20 }).then(items) });
