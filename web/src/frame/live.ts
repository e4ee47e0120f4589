/** Live updates: one event stream, its news gathered for a moment, then told to whoever shows the subject. */
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { BASE, onReachable } from "@/api/client";
import type { StreamChange } from "@/api/types";

let again: (() => void) | undefined;
/** Listens anew at once, as who signed in again. */
export const reconnect = () => again?.();

export type Link = "starting" | "live" | "stalled" | "offline";
type Listener = (ticketIds: Set<number>) => void;
const ticketListeners = new Set<Listener>();

/** Hears which tickets changed, at most four times a second. Returns the undo. */
export function onTicketsChanged(fn: Listener): () => void {
  ticketListeners.add(fn);
  return () => ticketListeners.delete(fn);
}

const presenceListeners = new Set<(ticket: number) => void>();

/** Hears of which ticket it has changed who looks at it; only of those one looks at. Returns the undo. */
export function onPresence(fn: (ticket: number) => void): () => void {
  presenceListeners.add(fn);
  return () => presenceListeners.delete(fn);
}

export function useLive(): Link {
  const q = useQueryClient();
  const [stream, setStream] = useState<"starting" | "open" | "closed">("starting");
  const [reached, setReached] = useState(true);
  useEffect(() => onReachable(setReached), []);
  useEffect(() => {
    let pending: StreamChange[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    let grace: ReturnType<typeof setTimeout> | undefined;
    let later: ReturnType<typeof setTimeout> | undefined;
    let source: EventSource;
    let wait = 1000;
    const flush = () => {
      timer = undefined;
      const batch = pending;
      pending = [];
      tell(q, batch);
    };
    const open = () => {
      source = new EventSource(BASE + "/stream");
      source.onopen = () => {
        clearTimeout(grace);
        grace = undefined;
        wait = 1000;
        setStream((was) => {
          if (was === "closed") void q.invalidateQueries();
          return "open";
        });
        setReached(true);
      };
      source.onerror = () => {
        // The browser retries by itself and fails again and again; the first failure starts the wait.
        grace ??= setTimeout(() => setStream("closed"), 4000);
        if (source.readyState === EventSource.CLOSED) {
          later = setTimeout(open, wait);
          wait = Math.min(30_000, wait * 2);
          // Refused, perhaps because the session ended: who one is says so.
          void q.invalidateQueries({ queryKey: ["me"] }, { cancelRefetch: false });
        }
      };
      source.addEventListener("change", (e) => {
        pending.push(JSON.parse((e as MessageEvent<string>).data) as StreamChange);
        timer ??= setTimeout(flush, 250);
      });
      source.addEventListener("presence", (e) => {
        const { ticket } = JSON.parse((e as MessageEvent<string>).data) as { ticket: number };
        presenceListeners.forEach((f) => f(ticket));
      });
      source.addEventListener("generation", () => {
        for (const k of ["blueprints", "blueprint", "changes", "kinds", "views", "work", "teams", "me"]) void q.invalidateQueries({ queryKey: [k] });
      });
      source.addEventListener("rights", () => void q.invalidateQueries());
      source.addEventListener("reset", () => void q.invalidateQueries());
    };
    open();
    again = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(later);
      open();
    };
    return () => {
      again = undefined;
      source.close();
      clearTimeout(timer);
      clearTimeout(grace);
      clearTimeout(later);
    };
  }, [q]);
  if (stream === "starting") return "starting";
  if (stream === "open") return "live";
  return reached ? "stalled" : "offline";
}

function tell(q: QueryClient, batch: StreamChange[]): void {
  const tickets = new Set<number>();
  for (const c of batch) {
    const { kind, id } = c.subject;
    if (kind === "ticket") tickets.add(id);
    else if (kind === "person" || kind === "organization") {
      void q.invalidateQueries({ queryKey: [kind, id] });
      void q.invalidateQueries({ queryKey: [kind === "person" ? "people" : "organizations"] });
    } else if (kind.startsWith("mail") || kind === "message" || kind === "outbox") void q.invalidateQueries({ queryKey: ["mail"] });
    else if (kind === "blueprint" || kind === "change" || kind === "change_request") for (const k of ["blueprints", "changes", "requests", "request", "views"]) void q.invalidateQueries({ queryKey: [k] });
    else if (kind === "issue" || kind === "known_issue") for (const k of ["issues", "known-issues", "engineering"]) void q.invalidateQueries({ queryKey: [k] });
    if (kind === "web_request") for (const k of ["web-requests", "places"]) void q.invalidateQueries({ queryKey: [k] });
    if (c.verb.startsWith("attention.")) for (const k of ["attention", "places"]) void q.invalidateQueries({ queryKey: [k] });
    if (c.verb === "mail.suspended" || c.verb === "mail.released" || c.verb === "mail.discarded") void q.invalidateQueries({ queryKey: ["places"] });
    if (c.verb.startsWith("mail.")) void q.invalidateQueries({ queryKey: ["mail"] });
  }
  if (tickets.size === 0) return;
  for (const id of tickets) {
    void q.invalidateQueries({ queryKey: ["ticket", id] });
    for (const k of ["timeline", "sends", "ticket-people", "engineering", "sides"]) void q.invalidateQueries({ queryKey: [k, id] });
  }
  void q.invalidateQueries({ queryKey: ["views"] });
  void q.invalidateQueries({ queryKey: ["work"] });
  void q.invalidateQueries({ queryKey: ["indicators"] });
  ticketListeners.forEach((f) => f(tickets));
}
