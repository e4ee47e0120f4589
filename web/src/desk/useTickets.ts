/**
 * The rows of the list, and what happened to them since. Rows already shown change in place;
 * rows that are new wait behind the "n new" bar, because nothing may move under the pointer.
 */
import { useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api } from "@/api/client";
import { ticketsQuery, type TicketFilter, type TicketGrouping } from "@/api/query";
import type { Ticket, TicketPage, TicketRow } from "@/api/types";
import { onTicketsChanged } from "@/frame/live";

type Pages = InfiniteData<TicketPage, string | null>;

/** Replaces rows by id in every page, keeping the order. */
export function patchRows(data: Pages | undefined, fresh: Map<number, Partial<TicketRow>>): Pages | undefined {
  if (!data) return data;
  return { ...data, pages: data.pages.map((p) => ({ ...p, items: p.items.map((r) => (fresh.has(r.id) ? { ...r, ...fresh.get(r.id) } : r)) })) };
}

export function useTickets(wanted: (TicketFilter & TicketGrouping) | null) {
  const q = useQueryClient();
  const filter = wanted ?? {};
  const options = ticketsQuery(filter);
  const query = useInfiniteQuery({ ...options, enabled: wanted !== null, refetchOnWindowFocus: false, refetchOnReconnect: false });
  const [fresh, setFresh] = useState<number[]>([]);
  const key = JSON.stringify(filter);
  useEffect(() => setFresh([]), [key]);
  const rows = useMemo(() => {
    const seen = new Set<number>();
    return (query.data?.pages ?? []).flatMap((p) => p.items).filter((r) => !seen.has(r.id) && seen.add(r.id));
  }, [query.data]);
  const shown = useRef(rows);
  shown.current = rows;

  useEffect(() => {
    let gone = false;
    const off = onTicketsChanged(async (ids) => {
      try {
        const page = await api.get<TicketPage>("/tickets", { ...filter });
        if (gone) return;
        const have = new Set(shown.current.map((r) => r.id));
        // In an empty list nobody has a place to lose.
        if (have.size === 0) return void q.setQueryData<Pages>(options.queryKey, (d) => d && { ...d, pages: [page], pageParams: d.pageParams.slice(0, 1) });
        const update = new Map<number, Partial<TicketRow>>(page.items.filter((r) => have.has(r.id)).map((r) => [r.id, r]));
        const beyond = [...ids].filter((id) => have.has(id) && !update.has(id)).slice(0, 10);
        await Promise.all(beyond.map(async (id) => {
          const t = await api.get<Ticket>(`/tickets/${id}`).catch(() => null);
          if (t) update.set(id, rowOf(t));
        }));
        if (gone) return;
        q.setQueryData<Pages>(options.queryKey, (d) => {
          const next = patchRows(d, update);
          return next && { ...next, pages: next.pages.map((p) => ({ ...p, count: page.count })) };
        });
        setFresh((was) => page.items.filter((r) => !have.has(r.id) && (ids.has(r.id) || was.includes(r.id))).map((r) => r.id));
      } catch {
        // the next piece of news tries again
      }
    });
    return () => {
      gone = true;
      off();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, q]);

  const show = useCallback(async () => {
    setFresh([]);
    await q.resetQueries({ queryKey: options.queryKey });
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, q]);
  return { query, rows, fresh: fresh.length, show, head: query.data?.pages[0] ?? null };
}

export function rowOf(t: Ticket): TicketRow {
  const { id, subject, status, priority, type, task_due_at, requester, organization, assignee, team, tags, channel, created_at, updated_at, due, version } = t;
  return { id, subject, status, priority, type, task_due_at, requester, organization, assignee, team, tags, channel, created_at, updated_at, due, version };
}
