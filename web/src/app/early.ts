/** Asks for what an address shows before anything is drawn: its parts of the program and its data come together, not one after the other. */
import { meQuery, ticketQuery, timelineQuery } from "@/api/query";
import { cache } from "./cache";

export function early(path: string): void {
  const none = () => undefined; // what did not come is asked for again where it is shown
  if (path === "/welcome") return; // who comes by an invitation is nobody yet
  void cache.prefetchQuery(meQuery);
  const at = /^\/tickets(?:\/(\d+))?\/?$/.exec(path);
  if (!at) return;
  void import("@/desk/Desk").catch(none);
  if (!at[1]) return;
  void import("@/record/Record").catch(none);
  void cache.prefetchQuery(ticketQuery(Number(at[1])));
  void cache.prefetchQuery(timelineQuery(Number(at[1])));
}
