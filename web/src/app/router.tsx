/** Every address of the workspace and the page behind it. Pages load when first visited. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { Root } from "./Root";
import { Missing, PageSkeleton } from "./Missing";
import { parseSearch, stringifySearch, type Search } from "./search";

const keep = (s: Record<string, unknown>): Search => s as Search;
const root = createRootRoute({ component: Root, notFoundComponent: Missing });
const to = (path: string, target: string) =>
  createRoute({ getParentRoute: () => root, path, beforeLoad: () => { throw redirect({ to: target as "/tickets" }); } });

const desk = createRoute({ getParentRoute: () => root, path: "/tickets", validateSearch: keep, component: lazyRouteComponent(() => import("@/desk/Desk"), "Desk") });
const noTicket = createRoute({ getParentRoute: () => desk, path: "/", component: lazyRouteComponent(() => import("@/desk/Nothing"), "Nothing") });
const newTicket = createRoute({ getParentRoute: () => desk, path: "/new", component: lazyRouteComponent(() => import("@/record/NewTicket"), "NewTicket") });
const ticket = createRoute({ getParentRoute: () => desk, path: "/$id", component: lazyRouteComponent(() => import("@/record/Record"), "RecordPage") });

const page = <P extends string>(path: P, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({ getParentRoute: () => root, path, validateSearch: keep, component: lazyRouteComponent(load as never, name as never) });

export const router = createRouter({
  routeTree: root.addChildren([
    to("/", "/tickets"), to("/desk", "/tickets"), to("/customers", "/people"), to("/mail", "/mail/outbox"),
    desk.addChildren([noTicket, newTicket, ticket]),
    page("/work", () => import("@/work/Work"), "Work"),
    page("/queue", () => import("@/queue/Queue"), "QueuePage"),
    page("/attention", () => import("@/queue/AttentionPage"), "AttentionPage"),
    page("/queue/reports", () => import("@/queue/Reports"), "Reports"),
    page("/bulk", () => import("@/bulk/BatchesPage"), "BatchesPage"),
    page("/bulk/$id", () => import("@/bulk/BatchPage"), "BatchPage"),
    page("/pipelines", () => import("@/board/Board"), "Board"),
    page("/pipelines/$name", () => import("@/board/Board"), "Board"),
    page("/runs", () => import("@/run/Runs"), "Runs"),
    page("/runs/new", () => import("@/run/StartRun"), "StartRun"),
    page("/runs/try", () => import("@/run/Try"), "Try"),
    page("/runs/$id", () => import("@/run/RunPage"), "RunPage"),
    page("/people", () => import("@/customer/People"), "People"),
    page("/people/new", () => import("@/customer/PersonForm"), "NewPerson"),
    page("/people/$id", () => import("@/customer/PersonPage"), "PersonPage"),
    page("/people/$id/merge", () => import("@/customer/MergePage"), "MergePerson"),
    page("/organizations/$id/merge", () => import("@/customer/MergePage"), "MergeOrganization"),
    page("/imports", () => import("@/customer/Imports"), "Imports"),
    page("/imports/$id", () => import("@/customer/ImportPage"), "ImportPage"),
    page("/organizations", () => import("@/customer/Organizations"), "Organizations"),
    page("/organizations/new", () => import("@/customer/OrganizationForm"), "NewOrganization"),
    page("/organizations/$id", () => import("@/customer/OrganizationPage"), "OrganizationPage"),
    page("/accounts", () => import("@/account/Portfolio"), "Portfolio"),
    page("/accounts/mail", () => import("@/account/WaitingPage"), "WaitingPage"),
    page("/accounts/counters", () => import("@/account/CountersPage"), "CountersPage"),
    page("/accounts/unknown", () => import("@/account/UnknownPage"), "UnknownPage"),
    page("/accounts/$id", () => import("@/account/AccountPage"), "AccountPage"),
    page("/search", () => import("@/search/SearchPage"), "SearchPage"),
    page("/help", () => import("@/help/HelpPage"), "HelpPage"),
    page("/help/$page", () => import("@/help/HelpPage"), "HelpPage"),
    page("/teams", () => import("@/team/Teams"), "Teams"),
    page("/teams/$name", () => import("@/team/TeamPage"), "TeamPage"),
    page("/issues", () => import("@/engineering/Issues"), "Issues"),
    page("/issues/new", () => import("@/engineering/ReportPage"), "ReportPage"),
    page("/issues/$id", () => import("@/engineering/IssuePage"), "IssuePage"),
    page("/known-issues", () => import("@/engineering/KnownIssues"), "KnownIssues"),
    page("/known-issues/new", () => import("@/engineering/KnownPage"), "NewKnown"),
    page("/known-issues/$id", () => import("@/engineering/KnownPage"), "KnownPage"),
    page("/articles", () => import("@/article/Articles"), "Articles"),
    page("/articles/$name", () => import("@/article/ArticlePage"), "ArticlePage"),
    page("/trackers", () => import("@/engineering/Trackers"), "Trackers"),
    page("/notifications", () => import("@/notify/NewsPage"), "NewsPage"),
    page("/first-run", () => import("@/setup/FirstRun"), "FirstRun"),
    page("/settings", () => import("@/self/Settings"), "Settings"),
    page("/applications", () => import("@/program/Applications"), "Applications"),
    page("/pools", () => import("@/program/Pools"), "Pools"),
    page("/applications/$id", () => import("@/program/Applications"), "Applications"),
    page("/insight", () => import("@/insight/Home"), "Home"),
    page("/insight/indicators", () => import("@/insight/Insight"), "Insight"),
    page("/insight/indicators/$name", () => import("@/insight/Insight"), "Insight"),
    page("/insight/documentation", () => import("@/insight/Documentation"), "Documentation"),
    page("/insight/build", () => import("@/insight/Build"), "Build"),
    page("/insight/dashboards/$name", () => import("@/insight/BoardPage"), "DashboardPage"),
    page("/insight/reports/$name", () => import("@/insight/BoardPage"), "ReportPage"),
    page("/insight/own/$id", () => import("@/insight/BoardPage"), "OwnReportPage"),
    page("/accounts/$id/health", () => import("@/health/HealthPage"), "HealthPage"),
    page("/scorecards", () => import("@/health/BacktestPage"), "BacktestPage"),
    page("/scorecards/$name", () => import("@/health/BacktestPage"), "BacktestPage"),
    page("/mail/outbox", () => import("@/mail/Outbox"), "OutboxPage"),
    page("/mail/received", () => import("@/mail/Received"), "ReceivedPage"),
    page("/mail/received/$id", () => import("@/mail/ReceivedMail"), "ReceivedMailPage"),
    page("/mail/requests", () => import("@/mail/WebRequests"), "WebRequests"),
    page("/mail/suspended", () => import("@/mail/Suspended"), "Suspended"),
    page("/mail/blocked", () => import("@/mail/Blocked"), "Blocked"),
    page("/deleted-tickets", () => import("@/fate/HiddenPage"), "HiddenPage"),
    page("/mail/suppressions", () => import("@/mail/Suppressions"), "Suppressions"),
    page("/mail/trace", () => import("@/mail/Trace"), "TracePage"),
    page("/mail/catcher", () => import("@/mail/Catcher"), "Catcher"),
    page("/mail/catcher/$id", () => import("@/mail/Catcher"), "Catcher"),
    page("/configuration", () => import("@/config/Blueprints"), "Blueprints"),
    page("/configuration/new", () => import("@/config/NewBlueprint"), "NewBlueprint"),
    page("/configuration/requests", () => import("@/config/Requests"), "Requests"),
    page("/configuration/requests/$number", () => import("@/config/RequestPage"), "RequestPage"),
    page("/configuration/rules", () => import("@/config/Rules"), "Rules"),
    page("/configuration/webhooks", () => import("@/webhook/Webhooks"), "Webhooks"),
    page("/configuration/webhooks/$name", () => import("@/webhook/WebhookPage"), "WebhookPage"),
    page("/configuration/changes", () => import("@/config/Changes"), "Changes"),
    page("/configuration/changes/$number", () => import("@/config/ChangePage"), "ChangePage"),
    page("/configuration/$kind/$name", () => import("@/config/BlueprintPage"), "BlueprintPage"),
  ]),
  parseSearch, stringifySearch,
  defaultPreload: "intent", defaultPendingComponent: PageSkeleton, defaultPendingMs: 120, defaultNotFoundComponent: Missing,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register { router: typeof router }
}
