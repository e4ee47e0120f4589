/** What the list shows, read from and written to the address bar. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { View } from "@/api/types";
import { viewsQuery, type TicketFilter } from "@/api/query";
import { columnsOf, usual, type Column } from "./columns";
import { isGrouping, type Grouping } from "./groups";
import { sortOf, type Sorted } from "./sort";

const names = ["view", "status", "assignee", "team", "priority", "requester", "organization", "tag", "type", "filter", "sort"] as const;
const looks = ["own", "cols", "group"] as const;
const filters = names.filter((n) => n !== "view" && n !== "sort");

/** States a filter starts from when none is named: what still needs work. */
export const UNSOLVED = "new,open,pending,hold";

/** What the address bar holds of how a list is shown. */
interface Shown { own?: string; cols?: string; group?: string }
interface Filtering {
  /** What to ask the server for; null until the default view is known. */
  filter: TicketFilter | null;
  shown: TicketFilter;
  filtered: boolean;
  set: (f: Partial<TicketFilter & Shown>) => void;
  search: Record<string, string | undefined>;
  /** The view that the list shows; of one's own or of all. */ current: View | null;
  look: Look & { sort: Sorted };
  /** Sorts the list; the order that its view has anyway is not said. */ sortBy: (s: Sorted) => void;
}
/** How the list is shown. */
export interface Look { columns: Column[]; group: Grouping }

export function useFilter(): Filtering {
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const go = useNavigate();
  const views = useQuery(viewsQuery);
  const first = views.data?.find((v) => v.default)?.name ?? views.data?.[0]?.name;
  const failed = views.isError;
  const key = [...names, ...looks].map((n) => search[n] ?? "").join("|");
  const all = views.data;
  return useMemo(() => {
    const shown: TicketFilter = {};
    for (const n of names) if (search[n]) shown[n] = search[n];
    const filtered = filters.some((n) => search[n]);
    // A view and filters exclude each other: a view is a filter of its own.
    if (filtered) delete shown.view;
    const filter = filtered || shown.view ? shown : first ? { ...shown, view: first } : failed ? { ...shown, status: "new,open" } : null;
    const own = search.own ? all?.find((v) => v.id === Number(search.own)) : undefined;
    const current = own ?? (filtered ? null : all?.find((v) => v.name && v.name === filter?.view)) ?? null;
    const usually = filter?.view ? all?.find((v) => v.name === filter.view)?.sort : undefined;
    const sort = sortOf(filter ?? {}, usually), byDue = sort === "due";
    const set: Filtering["set"] = (f) => void go({ to: "." as never, search: ((s: Record<string, string | undefined>) => merge(s, f)) as never });
    const group = [search.group, current?.group].find(isGrouping) ?? (byDue ? "due" : "none");
    return {
      filter, shown, filtered, search, current,
      look: { columns: search.cols !== undefined ? columnsOf(search.cols.split(",")) : current?.columns?.length ? columnsOf(current.columns) : usual, group: group === "due" && !byDue ? "none" : group, sort },
      set, sortBy: (s) => set({ sort: s === (usually ?? "due") ? undefined : s }),
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, go, first, failed, all]);
}

/** The address after a choice: a view clears the filters, a first filter leaves the view for what is unsolved. */
export function merge(s: Record<string, string | undefined>, f: Partial<TicketFilter & Shown>): Record<string, string | undefined> {
  const bare = { ...s, ...Object.fromEntries([...filters, ...looks, "sort", "view"].map((n) => [n, undefined])) };
  if (f.view || f.own) return { ...bare, ...f };
  const next = { ...s, ...f };
  const had = filters.some((n) => s[n]), has = filters.some((n) => next[n]);
  if (has) next.view = undefined;
  if (!had && has && !next.status) next.status = UNSOLVED;
  return next;
}

/** The search part that a link from the list keeps: the list, not the open panel. */
export function listSearch(s: Record<string, string | undefined>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const n of [...names, ...looks]) if (s[n]) out[n] = s[n]!;
  return out;
}
