/** A view of one's own, between what the server keeps and what the address bar says. Pure. */
import type { TicketFilter } from "@/api/query";
import type { Selection, View } from "@/api/types";
import type { Look } from "./filter";

const names = ["view", "status", "assignee", "team", "priority", "tag", "type", "filter", "sort"] as const;

/** What is sent to keep it. */
export function ownBody(title: string, f: TicketFilter | Selection, look: Look) {
  const selection: Selection = {};
  for (const n of names) if (f[n]) selection[n] = f[n];
  for (const n of ["requester", "organization"] as const) if (f[n]) selection[n] = Number(f[n]);
  return { title: title.trim(), selection, columns: look.columns, group: look.group };
}

/** The address of what it shows: a colleague who opens it sees the same tickets. */
export function ownSearch(v: Pick<View, "selection">): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [k, x] of Object.entries(v.selection ?? {})) if (x) out[k] = String(x);
  return out;
}

/** Whether the list shows it as it is kept. */
export function sameAs(v: View, f: TicketFilter, look: Look): boolean {
  const now = ownBody(v.title, f, look), kept = ownBody(v.title, v.selection ?? {}, { columns: (v.columns ?? []) as Look["columns"], group: v.group as Look["group"] });
  const sorted = (o: object) => JSON.stringify(Object.entries(o).sort());
  return sorted(now.selection) === sorted(kept.selection) && now.columns.join() === kept.columns.join() && now.group === kept.group;
}
