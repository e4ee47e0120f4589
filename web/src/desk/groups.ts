/** Splits a list sorted by due into what is past, what is due today, what comes later, and what has no clock. */
import type { TicketRow } from "@/api/types";
import { dayNumber, ms, now, timeZone } from "@/lib/time";

export type GroupName = "past" | "today" | "later" | "none";
export const groupWord: Record<GroupName, string> = { past: "Past due", today: "Due today", later: "Later", none: "No clock running" };
export interface Group { name: GroupName; rows: TicketRow[] }

export function groupOf(r: Pick<TicketRow, "due">, at = now(), tz = timeZone()): GroupName {
  if (!r.due) return "none";
  if (r.due.at === null) return r.due.breached ? "past" : "later";
  const t = ms(r.due.at);
  if (r.due.breached || (!r.due.paused && t <= at)) return "past";
  if (r.due.paused) return "later";
  return dayNumber(t, tz) <= dayNumber(at, tz) ? "today" : "later";
}

/** Groups in fixed order, rows in the order given; empty groups are left out. */
export function groupByDue(rows: TicketRow[], at = now(), tz = timeZone()): Group[] {
  const by: Record<GroupName, TicketRow[]> = { past: [], today: [], later: [], none: [] };
  for (const r of rows) by[groupOf(r, at, tz)].push(r);
  return (Object.keys(by) as GroupName[]).filter((n) => by[n].length > 0).map((name) => ({ name, rows: by[name] }));
}
