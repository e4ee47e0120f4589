/** Splits a list of tickets into groups: by when something is due, or by what they have in common. */
import type { TicketGroup, TicketRow } from "@/api/types";
import { phrase } from "@/language/phrase";
import { dayNumber, ms, now, timeZone } from "@/lib/time";
import { countText, priorityWord, statusWord, typeWord } from "@/lib/words";

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

const titles: Partial<Record<Grouping, Record<string, string>>> = { status: statusWord, priority: priorityWord, type: typeWord };
/** What the server groups by: a list of any length comes group after group, counted there. */
export const asked = (g: Grouping): string | undefined => (g === "due" || g === "none" ? undefined : g);

/** A group as the list shows it, with those of its rows that are there. */
export interface Counted extends Group { count: string; folded: boolean }

/**
 * The groups that have come, in the order of the server, each with its rows. A ticket whose value changed meanwhile stands under its new
 * one; where no such group is, it is the last.
 */
export function counted(rows: TicketRow[], heads: TicketGroup[], by: Exclude<Grouping, "due" | "none">): Counted[] {
  const groups = new Map<string, Counted>();
  for (const h of heads) if (!groups.has(h.key)) groups.set(h.key, { name: h.key, title: titles[by]?.[h.key] ?? (h.title || without[by] || h.key), rows: [], count: countText(h.count), folded: h.folded });
  for (const r of rows) {
    const [name, title] = of(r, by), g = groups.get(name);
    if (g) g.rows.push(r);
    else groups.set(name, { name, title, rows: [r], count: "", folded: false });
  }
  return [...groups.values()].filter((g) => g.folded || g.rows.length > 0).map((g) => ({ ...g, rows: g.folded ? [] : g.rows, count: g.count || String(g.rows.length) }));
}

const without: Partial<Record<Grouping, string>> = { assignee: "Nobody", team: "No team", organization: "No organization" };
function of(r: TicketRow, by: Exclude<Grouping, "due" | "none">): [name: string, title: string] {
  switch (by) {
    case "status": case "priority": case "type": return [r[by], titles[by]![r[by]]];
    case "assignee": return r.assignee ? [String(r.assignee.id), r.assignee.name] : ["none", without[by]!];
    case "team": return r.team ? [r.team.name, r.team.title] : ["none", without[by]!];
    case "organization": return r.organization ? [String(r.organization.id), r.organization.name] : ["none", without[by]!];
  }
}
