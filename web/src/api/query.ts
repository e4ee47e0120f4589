/** Names and fetchers of everything read: one place decides what a piece of data is called in the cache. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "./client";
import { normal } from "./normal";
import type * as c from "./configuration";
import type * as p from "./program";
import type * as t from "./types";

export interface TicketFilter {
  view?: string; status?: string; assignee?: string; team?: string; priority?: string;
  requester?: string; organization?: string; tag?: string; type?: string; sort?: string;
  /** A condition about the ticket, as configuration writes them. */
  filter?: string;
}
/** A list group after group; the tickets of folded groups are passed over. */
export interface TicketGrouping { group?: string; fold?: string }

export const meQuery = queryOptions({ queryKey: ["me"], queryFn: ({ signal }) => api.get<t.Me>("/me", {}, signal), staleTime: Infinity, retry: false });
export const viewsQuery = queryOptions({ queryKey: ["views"], queryFn: () => api.get<{ items: t.View[] }>("/views").then((r) => r.items), staleTime: 30_000 });
export const ticketsQuery = (f: TicketFilter & TicketGrouping) =>
  infiniteQueryOptions({
    queryKey: ["tickets", f],
    queryFn: ({ pageParam, signal }) => api.get<t.TicketPage>("/tickets", { ...f, cursor: pageParam, ...(pageParam ? { limit: 100 } : {}) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (p) => p.next,
    staleTime: 60_000,
  });
export const workQuery = (snoozed: boolean) =>
  infiniteQueryOptions({
    queryKey: ["work", "list", snoozed],
    queryFn: ({ pageParam, signal }) => api.get<t.WorkPage>("/work", { due: snoozed ? "snoozed" : "all", cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (p) => p.next,
    staleTime: 30_000,
  });
export const workCountsQuery = queryOptions({ queryKey: ["work", "counts"], queryFn: () => api.get<t.WorkPage>("/work", { limit: 1 }).then((r) => r.counts), staleTime: 30_000 });
export const ticketQuery = (id: t.ID) => queryOptions({ queryKey: ["ticket", id], queryFn: ({ signal }) => api.get<t.Ticket>(`/tickets/${id}`, {}, signal) });
export const timelineQuery = (id: t.ID) =>
  queryOptions({
    queryKey: ["timeline", id],
    queryFn: async ({ signal }) => {
      const all: t.TimelineEntry[] = [];
      let cursor: string | null = null;
      do {
        const page: t.Page<t.TimelineEntry> = await api.get(`/tickets/${id}/timeline`, { limit: 100, cursor }, signal);
        all.push(...page.items.map(normal));
        cursor = page.next;
      } while (cursor);
      return all;
    },
  });
export const waitsQuery = (id: t.ID) => queryOptions({ queryKey: ["sends", id], queryFn: ({ signal }) => api.get<{ items: t.Wait[] }>(`/tickets/${id}/sends`, {}, signal).then((r) => r.items) });
export const ticketPeopleQuery = (id: t.ID) => queryOptions({ queryKey: ["ticket-people", id], queryFn: ({ signal }) => api.get<t.TicketPeople>(`/tickets/${id}/people`, {}, signal) });
export const macrosQuery = (ticket: t.ID) => queryOptions({ queryKey: ["macros", ticket], queryFn: () => api.get<{ items: t.Macro[] }>(`/tickets/${ticket}/macros`).then((r) => r.items), staleTime: 60_000 });
export const bulkMacrosQuery = queryOptions({ queryKey: ["macros"], queryFn: () => api.get<{ items: t.Macro[] }>("/macros").then(items), staleTime: 60_000 });
export const whyQuery = (path: string) => queryOptions({ queryKey: ["why", path], queryFn: () => api.get<t.Why>(path) });
export const accessQuery = (person_id: t.ID, q: { action: string; kind: string; id: t.ID }) =>
  queryOptions({ queryKey: ["access", person_id, q], queryFn: () => api.get<t.Why>("/access/why", { person_id, action: q.action, kind: q.kind, id: q.id || null }), retry: false });
export const peopleQuery = (q: string, kind: "" | "customer" | "agent") =>
  infiniteQueryOptions({
    queryKey: ["people", { q, kind }],
    queryFn: ({ pageParam, signal }) => api.get<t.Page<t.Person>>("/people", { q, kind, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (p) => p.next,
    staleTime: 30_000,
  });
export const searchQuery = (q: string) =>
  queryOptions({ queryKey: ["search", q], queryFn: ({ signal }) => api.get<t.SearchAnswer>("/search", { q, limit: 6 }, signal), staleTime: 10_000, retry: false });
/** Articles with these words; without any, those that may answer the ticket come first. */
export const articlesQuery = (q: string, ticket?: t.ID) =>
  queryOptions({ queryKey: ["articles", "list", q, ticket ?? 0], queryFn: ({ signal }) => api.get<{ items: t.Article[] }>("/articles", { q: q || undefined, ticket }, signal).then((r) => r.items), staleTime: 60_000 });
export const articleQuery = (name: string) => queryOptions({ queryKey: ["articles", name], queryFn: () => api.get<t.ArticleFull>(`/articles/${name}`), staleTime: 30_000 });
export const completionsQuery = (q: string) =>
  queryOptions({ queryKey: ["completions", q], queryFn: ({ signal }) => api.get<{ items: t.Completion[] }>("/search/completions", { q }, signal).then((r) => r.items), staleTime: 60_000, retry: false });
export const foundQuery = (q: string, kind: string) =>
  infiniteQueryOptions({
    queryKey: ["search", q, kind],
    queryFn: ({ pageParam, signal }) => api.get<t.SearchAnswer>("/search", { q, kind, limit: 30, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (p) => p.groups[0]?.next ?? null,
    retry: false,
  });
export const agentsQuery = queryOptions({
  queryKey: ["agents"], queryFn: () => api.get<t.Page<t.Person>>("/people", { kind: "agent", limit: 100 }).then((r) => r.items), staleTime: 300_000,
});
export const teamsQuery = queryOptions({ queryKey: ["teams"], queryFn: () => api.get<{ items: t.Team[] } | t.Team[]>("/teams").then((r) => (Array.isArray(r) ? r : r.items)), staleTime: 300_000 });
export const teamQuery = (name: string) => queryOptions({ queryKey: ["teams", "one", name], queryFn: () => api.get<t.TeamPage>(`/teams/${encodeURIComponent(name)}`), staleTime: 30_000 });
export const personQuery = (id: t.ID) => queryOptions({ queryKey: ["person", id], queryFn: () => api.get<t.Person>(`/people/${id}`) });
export const membersQuery = (organization: t.ID) =>
  infiniteQueryOptions({
    queryKey: ["people", { organization }],
    queryFn: ({ pageParam, signal }) => api.get<t.Page<t.Person>>("/people", { organization, limit: 100, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (p) => p.next,
    staleTime: 30_000,
  });
export const organizationsQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ["organizations", { q }],
    queryFn: ({ pageParam, signal }) => api.get<t.Page<t.Organization>>("/organizations", { q, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (p) => p.next,
    staleTime: 30_000,
  });
export const organizationQuery = (id: t.ID) => queryOptions({ queryKey: ["organization", id], queryFn: () => api.get<t.Organization>(`/organizations/${id}`) });

export const boughtQuery = (id: t.ID) => queryOptions({ queryKey: ["organization", id, "entitlement"], queryFn: () => api.get<t.Bought>(`/organizations/${id}/entitlement`) });
export const standingQuery = (ticket: t.ID) => queryOptions({ queryKey: ["ticket", ticket, "entitlement"], queryFn: () => api.get<t.Standing>(`/tickets/${ticket}/entitlement`) });

export const tokensQuery = queryOptions({ queryKey: ["tokens"], queryFn: () => api.get<{ items: t.Token[] }>("/tokens").then(items) });

const items = <T,>(r: { items: T[] } | T[]) => (Array.isArray(r) ? r : r.items);
export const blueprintsQuery = queryOptions({ queryKey: ["blueprints"], queryFn: () => api.get<{ items: c.Blueprint[] }>("/blueprints").then(items) });
export const kindsQuery = queryOptions({ queryKey: ["kinds"], queryFn: () => api.get<c.Kind[] | { items: c.Kind[] }>("/kinds").then(items), staleTime: 600_000 });
export const schemaQuery = (kind: string) => queryOptions({ queryKey: ["schema", kind], queryFn: () => api.get<object>(`/schemas/${kind}`), staleTime: 600_000 });
export const subjectQuery = (subject: string) => queryOptions({ queryKey: ["subject", subject], queryFn: () => api.get<{ items: c.SubjectField[] }>(`/configuration/subjects/${subject}`).then(items), staleTime: 600_000 });
export const templatesQuery = (kind: string) => queryOptions({ queryKey: ["templates", kind], queryFn: () => api.get<{ items: c.Template[] }>(`/configuration/templates/${kind}`).then(items), staleTime: 600_000 });
export const usesQuery = (kind: string, name: string) => queryOptions({ queryKey: ["blueprint", kind, name, "uses"], queryFn: () => api.get<{ items: c.Use[] }>(`/configuration/${kind}/${name}/uses`).then(items) });
export const versionQuery = (kind: string, name: string, version: number) => queryOptions({ queryKey: ["version", kind, name, version], queryFn: () => api.get<c.BlueprintDetail>(`/blueprints/${kind}/${name}`, { version }), staleTime: Infinity });
export const blueprintQuery = (kind: string, name: string) =>
  queryOptions({ queryKey: ["blueprint", kind, name], queryFn: () => api.get<c.BlueprintDetail>(`/blueprints/${kind}/${name}`) });
/** A list in pages, fetched as one scrolls. */
const pages = <T,>(queryKey: readonly unknown[], path: string, query: Record<string, string> = {}) =>
  infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => api.get<t.Page<T>>(path, { ...query, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (p) => p.next ?? null,
  });
export const firingsQuery = (kind: c.RuleKind, name: string) => pages<t.Firing>(["firings", kind, name], `/rules/${kind}/${name}/firings`);
export const rulesQuery = (kind: c.RuleKind) => queryOptions({ queryKey: ["rules", kind], queryFn: () => api.get<{ items: c.RuleUse[] }>("/rules", { kind }).then(items) });
export const trialsQuery = (ticket: t.ID, kind: c.RuleKind, on: string) => queryOptions({ queryKey: ["ticket", ticket, "trials", kind, on], queryFn: () => api.get<{ items: c.Trial[] }>(`/tickets/${ticket}/rules`, { on, kind }).then(items) });
/** Asked again every second while it moves. */
export const batchQuery = (id: t.ID) =>
  queryOptions({ queryKey: ["batch", id], queryFn: () => api.get<t.Batch>(`/bulk/${id}`), refetchInterval: (q) => (["running", "undoing"].includes(q.state.data?.state ?? "running") ? 1000 : false) });
export const batchesQuery = pages<t.Batch>(["batches"], "/bulk");
export const batchItemsQuery = (id: t.ID, state: string) => pages<t.BatchItem>(["batch", id, "tickets", state], `/bulk/${id}/tickets`, state ? { state } : {});
export const pipelinesQuery = queryOptions({ queryKey: ["pipelines"], queryFn: () => api.get<{ items: t.Pipeline[] }>("/pipelines").then(items), staleTime: 15_000 });
export const stagedQuery = (pipeline: string, stage: string) => pages<t.Staged>(["pipelines", pipeline, stage], `/pipelines/${pipeline}/tickets`, { stage });
export const stageQuery = (ticket: t.ID, version: number) => queryOptions({ queryKey: ["ticket", ticket, "stage", version], queryFn: () => api.get<t.TicketStage>(`/tickets/${ticket}/stage`), placeholderData: (d) => d });
export const requestsQuery = (state: string) => pages<c.ChangeRequest>(["requests", state], "/configuration/requests", { state });
export const requestQuery = (id: t.ID) => queryOptions({ queryKey: ["request", id], queryFn: () => api.get<c.ChangeRequest>(`/configuration/requests/${id}`) });
export const remarksQuery = (id: t.ID) => queryOptions({ queryKey: ["request", id, "remarks"], queryFn: () => api.get<c.Remarks>(`/configuration/requests/${id}/remarks`) });
/** Asked again every second while it runs. */
export const replayQuery = (id: t.ID) =>
  queryOptions({ queryKey: ["replay", id], queryFn: () => api.get<c.Replay>(`/configuration/replays/${id}`), refetchInterval: (q) => (["waiting", "running"].includes(q.state.data?.state ?? "waiting") ? 1000 : false) });
export const replayRecordsQuery = (id: t.ID, part: number) => infiniteQueryOptions({
  queryKey: ["replay", id, "records", part], queryFn: ({ pageParam, signal }) => api.get<t.Page<c.ReplayExample>>(`/configuration/replays/${id}/records`, { part, cursor: pageParam }, signal),
  initialPageParam: null as string | null, getNextPageParam: (p) => p.next, staleTime: Infinity,
});
export const changesQuery = pages<c.Change>(["changes"], "/changes");
export const changeQuery = (n: number) => queryOptions({ queryKey: ["change", n], queryFn: () => api.get<c.ChangeDetail>(`/changes/${n}`) });
export const outboxQuery = (state: string) => pages<t.Outgoing>(["mail", "outbox", state], "/mail/outbox", { state });
export const receivedQuery = (state: string) => pages<t.Received>(["mail", "received", state], "/mail/received", { state });
export const catcherQuery = pages<t.Caught>(["mail", "catcher"], "/mail/catcher");
export const caughtQuery = (id: t.ID) => queryOptions({ queryKey: ["mail", "caught", id], queryFn: () => api.get<t.Caught>(`/mail/catcher/${id}`) });
/** What waits in the desk's places; live where the ledger tells. */
export const placesQuery = queryOptions({ queryKey: ["places"], queryFn: () => api.get<t.Places>("/desk/places"), staleTime: 30_000, refetchInterval: 120_000 });
export const mailCountsQuery = queryOptions({ queryKey: ["mail", "counts"], queryFn: () => api.get<t.MailCounts>("/mail/counts"), staleTime: 30_000 });
export const mergesQuery = (kind: t.MergeKind, of: t.ID) => queryOptions({ queryKey: ["merges", kind, of], queryFn: () => api.get<t.Page<t.Merge>>("/merges", { kind, of, limit: 20 }).then((r) => r.items) });
export const mergePreviewQuery = (kind: t.MergeKind, winner: t.ID, other: t.ID) =>
  queryOptions({ queryKey: ["merge", kind, winner, other], queryFn: () => api.post<t.Merge>(`/${kind === "person" ? "people" : "organizations"}/${winner}/merge`, { other, dry_run: true }), retry: false, staleTime: 0 });
export const erasePreviewQuery = (id: t.ID) => queryOptions({ queryKey: ["erase", id], queryFn: () => api.post<t.Erased>(`/people/${id}/erase`, { dry_run: true }), retry: false, staleTime: 0 });
export const importsQuery = pages<t.Import>(["imports"], "/imports");
/** Asked again every second while it runs. */
export const importQuery = (id: t.ID) =>
  queryOptions({ queryKey: ["import", id], queryFn: () => api.get<t.Import>(`/imports/${id}`), refetchInterval: (q) => (q.state.data?.state === "running" ? 1000 : false) });
export const receivedMailQuery = (id: t.ID) => queryOptions({ queryKey: ["mail", "received", "one", id], queryFn: () => api.get<t.ReceivedMail>(`/mail/received/${id}`) });
export const suppressionsQuery = (address: string) => pages<t.Suppression>(["mail", "suppressions", address], "/mail/suppressions", { address });
export const blocksQuery = (sender: string) => pages<t.BlockedSender>(["mail", "blocks", sender], "/mail/blocks", sender ? { sender } : {});
export const hiddenTicketsQuery = (hidden: string) => pages<t.HiddenRow>(["tickets-hidden", hidden], "/tickets/hidden", { hidden });
export const incidentsQuery = (id: t.ID) => pages<t.TicketRow>(["ticket", id, "incidents"], `/tickets/${id}/incidents`);
export const traceQuery = (q: string) => pages<t.TraceItem>(["mail", "trace", q], "/mail/trace", { q });
export const foldersQuery = queryOptions({ queryKey: ["mail", "folders"], queryFn: () => api.get<{ items: t.MailFolder[] }>("/mail/folders").then((r) => r.items), staleTime: 60_000 });
export const fieldsQuery = (on: t.Field["on"]) => queryOptions({ queryKey: ["fields", on], queryFn: () => api.get<{ items: t.Field[] }>("/fields", { on }).then(items), staleTime: 300_000 });
export const formsQuery = queryOptions({ queryKey: ["forms"], queryFn: () => api.get<{ items: t.Form[] }>("/forms").then(items), staleTime: 300_000 });
export const ticketFormQuery = (id: t.ID) => queryOptions({ queryKey: ["ticket", id, "form"], queryFn: () => api.get<t.TicketForm>(`/tickets/${id}/form`) });
export const webhooksQuery = queryOptions({ queryKey: ["webhooks"], queryFn: () => api.get<{ items: t.Webhook[] }>("/webhooks").then(items), refetchInterval: 15_000 });
export const deliveriesQuery = (name: string, state: string) => pages<t.Delivered>(["webhooks", name, state], `/webhooks/${name}/deliveries`, { state });
export const deliveryQuery = (name: string, id: t.ID) => queryOptions({ queryKey: ["webhooks", name, "delivery", id], queryFn: () => api.get<t.Delivered>(`/webhooks/${name}/deliveries/${id}`) });
export const headQuery = (id: t.ID) => queryOptions({ queryKey: ["ticket", id, "head"], queryFn: () => api.get<t.TicketHead>(`/tickets/${id}/head`), staleTime: 60_000 });
export const uploadLinksQuery = (id: t.ID) => queryOptions({ queryKey: ["ticket", id, "upload-links"], queryFn: () => api.get<{ items: t.UploadLink[] }>(`/tickets/${id}/upload-links`).then(items) });
export const tracesQuery = (id: t.ID) => queryOptions({ queryKey: ["ticket", id, "traces"], queryFn: () => api.get<{ items: t.StraceLine[] }>(`/tickets/${id}/traces`).then(items), staleTime: 30_000, retry: false });
export const applicationsQuery = (filter: Record<string, string>) => pages<p.Application>(["applications", filter], "/applications", filter);
export const applicationQuery = (id: t.ID) => queryOptions({ queryKey: ["application", id], queryFn: () => api.get<p.ApplicationCase>(`/applications/${id}`) });
export const ticketApplicationsQuery = (ticket: t.ID) => queryOptions({ queryKey: ["applications", "ticket", ticket], queryFn: () => api.get<t.Page<p.Application>>(`/applications?ticket_id=${ticket}&limit=5`) });
export const applicantPageQuery = (id: t.ID) => queryOptions({ queryKey: ["application", id, "preview"], queryFn: () => api.get<p.ApplicantPage>(`/applications/${id}/preview`) });
export const poolsQuery = queryOptions({ queryKey: ["pools"], queryFn: () => api.get<t.Page<p.Pool>>("/pools").then((p) => p.items) });
export const reservedQuery = (pool: string) => pages<p.Application>(["pools", pool, "reserved"], `/pools/${encodeURIComponent(pool)}/reserved`, {});
export const differencesQuery = () => pages<p.Difference>(["provisioning", "differences"], "/provisioning/differences", {});
export const codeAlertsQuery = (pool: string) => queryOptions({ queryKey: ["pools", pool, "alerts"], queryFn: () => api.get<t.Page<p.CodeAlert>>(`/pools/${encodeURIComponent(pool)}/alerts`).then((p) => p.items) });
export const programsQuery = queryOptions({ queryKey: ["programs"], queryFn: () => api.get<t.Page<p.Program>>("/programs").then((p) => p.items) });
export const webRequestsQuery = (state: string) => pages<t.WebRequest>(["web-requests", state], "/web-requests", { state });
export const askedQuery = (form: string, attributes: t.Attributes, priority: t.Priority, requester?: t.ID) =>
  queryOptions({ queryKey: ["asked", form, attributes, priority, requester], queryFn: () => api.post<t.TicketForm>(`/forms/${form}/asked`, { attributes, priority, ...(requester ? { requester_id: requester } : {}) }), staleTime: 60_000, placeholderData: (was) => was });
export const fileMembersQuery = (id: t.ID) => queryOptions({ queryKey: ["file", id], queryFn: () => api.get<t.FileMembers>(`/files/${id}/members`), staleTime: Infinity, retry: false });
export const filePagesQuery = (id: t.ID, member: string, from: t.FilePlace) =>
  infiniteQueryOptions({
    queryKey: ["file", id, "page", member, from],
    queryFn: ({ pageParam, signal }) => api.get<t.FilePage>(`/files/${id}/preview`, { member, offset: pageParam.offset, line: pageParam.line }, signal),
    initialPageParam: from, getNextPageParam: (p) => p.next, staleTime: Infinity, retry: false,
  });
export const fileMatchesQuery = (id: t.ID, member: string, words: string) => queryOptions({ queryKey: ["file", id, "match", member, words], queryFn: ({ signal }) => api.get<t.FileMatches>(`/files/${id}/matches`, { member, words }, signal), staleTime: Infinity, retry: false });
