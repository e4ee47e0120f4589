/** What the list shows, read from and written to the address bar. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { viewsQuery, type TicketFilter } from "@/api/query";

const names = ["view", "status", "assignee", "team", "priority", "requester", "organization", "tag", "type", "filter", "sort"] as const;
const filters = names.filter((n) => n !== "view" && n !== "sort");

/** States a filter starts from when none is named: what still needs work. */
export const UNSOLVED = "new,open,pending,hold";

interface Filtering {
  /** What to ask the server for; null until the default view is known. */
  filter: TicketFilter | null;
  shown: TicketFilter;
  filtered: boolean;
  set: (f: Partial<TicketFilter>) => void;
  search: Record<string, string | undefined>;
}

export function useFilter(): Filtering {
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const go = useNavigate();
  const views = useQuery(viewsQuery);
  const usual = views.data?.find((v) => v.default)?.name ?? views.data?.[0]?.name;
  const failed = views.isError;
  const key = names.map((n) => search[n] ?? "").join("|");
  return useMemo(() => {
    const shown: TicketFilter = {};
    for (const n of names) if (search[n]) shown[n] = search[n];
    const filtered = filters.some((n) => search[n]);
    // A view and filters exclude each other: a view is a filter of its own.
    if (filtered) delete shown.view;
    const filter = filtered || shown.view ? shown : usual ? { ...shown, view: usual } : failed ? { ...shown, status: "new,open" } : null;
    return {
      filter, shown, filtered, search,
      set: (f) => void go({ to: "." as never, search: ((s: Record<string, string | undefined>) => merge(s, f)) as never }),
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, go, usual, failed]);
}

/** The address after a choice: a view clears the filters, a first filter leaves the view for what is unsolved. */
export function merge(s: Record<string, string | undefined>, f: Partial<TicketFilter>): Record<string, string | undefined> {
  if (f.view) return { ...s, ...Object.fromEntries(filters.map((n) => [n, undefined])), view: f.view };
  const next = { ...s, ...f };
  const had = filters.some((n) => s[n]), has = filters.some((n) => next[n]);
  if (has) next.view = undefined;
  if (!had && has && !next.status) next.status = UNSOLVED;
  return next;
}

/** The search part that a link from the list keeps: the list, not the open panel. */
export function listSearch(s: Record<string, string | undefined>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const n of names) if (s[n]) out[n] = s[n]!;
  return out;
}
