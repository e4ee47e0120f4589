/** What one was told of. */
import { phrase } from "@/language/phrase";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Count } from "@/api/types";

export interface News { id: number; kind: "assigned" | "mentioned" | "replied" | "due" | "breached" | "approval" | "decision" | "aside" | "discussed" | "stock" | "health"; at: string; read_at: string | null; browser: boolean; by: string; ticket: number; subject: string; path: string; was: string; is: string; event_id: number }
export interface NewsPage { items: News[]; next: string; unread: Count }

/** The newest few, looked at again and again: for the count and the browser, whose notices matter most while nobody looks at this tab. */
export const latestQuery = queryOptions({ queryKey: ["news", "latest"], queryFn: () => api.get<NewsPage>("/notifications", { limit: 10 }), refetchInterval: 30_000, refetchIntervalInBackground: true, staleTime: 10_000 });
export const newsQuery = infiniteQueryOptions({
  queryKey: ["news", "list"],
  queryFn: ({ pageParam }) => api.get<NewsPage>("/notifications", { cursor: pageParam }),
  initialPageParam: null as string | null,
  getNextPageParam: (p) => p.next || null,
});

/** A path of the server for the router, which takes what stands behind ? apart. */
export function wayTo(path: string) {
  const [to, query] = path.split("?");
  return { to: to as "/tickets", search: Object.fromEntries(new URLSearchParams(query)) as never };
}

/** What happened, in a few words. */
export function says(n: News): string {
  switch (n.kind) {
    case "assigned": return n.by ? `${n.by} gave you this ticket` : "A rule gave you this ticket";
    case "mentioned": return n.by ? `${n.by} mentioned you in a note` : "A note names you";
    case "replied": return n.by ? `${n.by} answered` : "There is an answer";
    case "due": return "A promise is due soon";
    case "breached": return "A promise was broken";
    case "aside": return n.by ? `${n.by} wrote in a side conversation` : "There is news in a side conversation";
    case "discussed": return n.by ? `${n.by} spoke about a change request` : "A change request is talked about";
    case "health": return n.was === "none" ? `An account is ${colour(n.is)}` : `An account went from ${colour(n.was)} to ${colour(n.is)}`;
    case "stock": return "Codes run low";
    case "decision": return "An application waits for a decision";
    case "approval": return !n.ticket ? (n.by ? `${n.by} asks for your approval` : "Your approval is wanted") : n.by ? `${n.by} asks you to read a reply` : "A reply waits for you to read it";
  }
}

const colours: Record<string, string> = { green: phrase("green"), yellow: phrase("yellow"), red: phrase("red"), none: phrase("without a colour") };
const colour = (c: string | undefined): string => colours[c ?? ""] ?? c ?? "";
