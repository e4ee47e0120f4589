/** The documentation, as the server carries it: it changes with the program alone. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Page, SearchPart } from "@/api/types";

export interface HelpSection { page: string; title: string; /** The title of its page. */ of: string; anchor: string; summary: string; /** Whose work a page is for, where pages are listed. */ group: string; snippet: SearchPart[] }
export interface HelpPage { page: string; title: string; html: string; headings: { title: string; anchor: string; level: number }[] }

export const helpQuery = (q: string, limit = 20) =>
  queryOptions({ queryKey: ["help", q, limit], queryFn: ({ signal }) => api.get<Page<HelpSection>>("/help", { q: q || undefined, limit }, signal).then((r) => r.items), staleTime: Infinity, retry: false });
export const helpPageQuery = (page: string) => queryOptions({ queryKey: ["help", "page", page], queryFn: ({ signal }) => api.get<HelpPage>(`/help/${encodeURIComponent(page)}`, {}, signal), staleTime: Infinity, retry: false });

/** Where a section is read. */
export const helpPath = (s: Pick<HelpSection, "page" | "anchor">): { to: string; hash?: string } => ({ to: `/help/${s.page}`, hash: s.anchor || undefined });
