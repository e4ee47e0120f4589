/** Splits a list of tickets into groups: by when something is due, or by what they have in common. */
import type { TicketRow } from "@/api/types";
import { phrase } from "@/language/phrase";
import { dayNumber, ms, now, timeZone } from "@/lib/time";
import { priorityWord, statusWord, typeWord } from "@/lib/words";

export type GroupName = "past" | "today" | "later" | "none";
export const groupWord: Record<GroupName, string> = { past: "Past due", today: "Due today", later: "Later", none: "No clock running" };
export const groupings = { due: phrase("due time"), status: "status", priority: "priority", type: "type", assignee: "assignee", team: "team", organization: "organization", none: "nothing" } as const;
export type Grouping = keyof typeof groupings;
export const isGrouping = (g: string | undefined): g is Grouping => !!g && g in groupings;
export interface Group { name: string; title: string; danger?: boolean; rows: TicketRow[] }

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
  return (Object.keys(by) as GroupName[]).filter((n) => by[n].length > 0).map((name) => ({ name, title: groupWord[name], danger: name === "past", rows: by[name] }));
}

const ordered: Partial<Record<Grouping, string[]>> = { status: Object.keys(statusWord), priority: ["urgent", "high", "normal", "low"], type: Object.keys(typeWord) };
const titles: Partial<Record<Grouping, Record<string, string>>> = { status: statusWord, priority: priorityWord, type: typeWord };

/** Groups by what the tickets have: states and the like in their own order, names by the alphabet, and last those that have none. */
export function groupBy(rows: TicketRow[], by: Exclude<Grouping, "due" | "none">): Group[] {
  const groups = new Map<string, Group>();
  for (const r of rows) {
    const [name, title] = of(r, by);
    const g = groups.get(name);
    if (g) g.rows.push(r);
    else groups.set(name, { name, title, rows: [r] });
  }
  const order = ordered[by];
  return [...groups.values()].sort((a, b) => (order ? order.indexOf(a.name) - order.indexOf(b.name) : a.name === "" ? 1 : b.name === "" ? -1 : a.title.localeCompare(b.title)));
}

function of(r: TicketRow, by: Exclude<Grouping, "due" | "none">): [name: string, title: string] {
  switch (by) {
    case "status": case "priority": case "type": return [r[by], titles[by]![r[by]]];
    case "assignee": return r.assignee ? [String(r.assignee.id), r.assignee.name] : ["", "Nobody"];
    case "team": return r.team ? [r.team.name, r.team.title] : ["", "No team"];
    case "organization": return r.organization ? [String(r.organization.id), r.organization.name] : ["", "No organization"];
  }
}
