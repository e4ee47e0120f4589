/** What the list can be sorted by, and how a column's head turns it round. */
import type { TicketFilter } from "@/api/query";
import { phrase } from "@/language/phrase";

export const sorts = {
  due: phrase("next due"), priority: phrase("most urgent"), "-priority": phrase("least urgent"), status: phrase("state", "a ticket's state, to sort by"), "-status": phrase("state, done first"),
  updated: phrase("last change"), "-updated": phrase("longest unchanged"), created: phrase("newest"), "-created": phrase("oldest"),
} as const;
export type Sorted = keyof typeof sorts;
/** How the list is sorted: as the address says, or as its view does. */
export const sortOf = (f: TicketFilter, view?: string): Sorted => [f.sort, view].find((s): s is Sorted => !!s && s in sorts) ?? "due";

/** What a press on the head of a column asks for: its own order, and the other way round when it is that already. */
export function pressed(by: string, now: Sorted): Sorted {
  const turned = `-${by}`;
  return (now === by && turned in sorts ? turned : by) as Sorted;
}
/** The order as the browser tells it to those who hear the table. */
export const falls = (s: Sorted): boolean => ["updated", "created", "priority", "-status"].includes(s);
