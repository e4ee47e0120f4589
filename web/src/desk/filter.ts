/** What the list shows, read from and written to the address bar. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { TicketFilter } from "@/api/query";

const names = ["view", "status", "assignee", "team", "priority", "requester", "organization", "tag", "sort"] as const;
const filters = names.filter((n) => n !== "view" && n !== "sort");

export function useFilter(): { filter: TicketFilter; filtered: boolean; set: (f: Partial<TicketFilter>) => void; search: Record<string, string | undefined> } {
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const go = useNavigate();
  const key = names.map((n) => search[n] ?? "").join("|");
  return useMemo(() => {
    const filter: TicketFilter = {};
    for (const n of names) if (search[n]) filter[n] = search[n];
    return {
      filter, search,
      filtered: filters.some((n) => search[n]),
      set: (f: Partial<TicketFilter>) => void go({ to: "." as never, search: ((s: Record<string, string | undefined>) => ({ ...s, ...f })) as never }),
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, go]);
}

/** The search part that a link from the list keeps: the list, not the open panel. */
export function listSearch(s: Record<string, string | undefined>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const n of names) if (s[n]) out[n] = s[n]!;
  return out;
}
