/** What the list can be sorted by. */
import type { TicketFilter } from "@/api/query";
import { phrase } from "@/language/phrase";

export const sorts = { due: phrase("next due"), updated: phrase("last change"), created: "newest" } as const;
export const sortOf = (f: TicketFilter): keyof typeof sorts => (f.sort && f.sort in sorts ? (f.sort as keyof typeof sorts) : "due");
