/** What a list of tickets can show beside the subject. */
import type { ReactNode } from "react";
import type { TicketRow } from "@/api/types";
import { phrase } from "@/language/phrase";
import { dueLabel, exact, relative } from "@/lib/time";
import { metricWord, priorityWord, statusWord, typeWord } from "@/lib/words";
import { StatusIcon } from "@/ui/Tag";
import type { Sorted } from "./sort";

export const columns = {
  status: phrase("Status"), priority: "Priority", type: phrase("Type"), requester: "Requester", organization: "Organization", assignee: "Assignee", team: "Team", tags: "Tags", due: "Next due", created: "Opened", updated: "Changed",
} as const;
export type Column = keyof typeof columns;
/** What shows where nobody chose. */
export const usual: Column[] = ["status", "priority", "requester", "organization", "assignee", "due", "updated"];
/** Those that can be sorted by. */
export const sorted: Partial<Record<Column, Sorted>> = { status: "status", priority: "priority", due: "due", updated: "updated", created: "created" };
export const columnsOf = (names: string[]): Column[] => names.filter((n, i): n is Column => n in columns && names.indexOf(n) === i);

const width: Record<Column, string> = {
  status: "88px", priority: "72px", type: "80px", requester: "minmax(96px, 1fr)", organization: "minmax(96px, 1.2fr)", assignee: "minmax(88px, 1fr)", team: "minmax(88px, 1fr)", tags: "minmax(88px, 1fr)", due: "120px", created: "92px", updated: "92px",
};
export const template = (cols: Column[]): string => `minmax(220px, 3fr) ${cols.map((c) => width[c]).join(" ")}`;
export const right = new Set<Column>(["due", "created", "updated"]);

/** What stands in a cell. */
export function cell(r: TicketRow, c: Column, now: number): { text: ReactNode; title?: () => string; tone?: string } {
  switch (c) {
    case "status": return { text: <><StatusIcon status={r.status} />{statusWord[r.status]}</> };
    case "priority": return { text: priorityWord[r.priority], tone: r.priority === "urgent" ? "danger b5" : r.priority === "high" ? "b5" : undefined };
    case "type": return { text: typeWord[r.type] };
    case "requester": return { text: r.requester.name, title: () => r.requester.name };
    case "organization": return { text: r.organization?.name ?? "", title: () => r.organization?.name ?? "" };
    case "assignee": return { text: r.assignee?.name ?? "Nobody", title: () => r.assignee?.name ?? "", tone: r.assignee ? undefined : "m3" };
    case "team": return { text: r.team?.title ?? "", title: () => r.team?.title ?? "" };
    case "tags": return { text: r.tags.join(", "), title: () => r.tags.join(", ") };
    case "created": return { text: relative(r.created_at, now), title: () => exact(r.created_at) };
    case "updated": return { text: relative(r.updated_at, now), title: () => exact(r.updated_at) };
    case "due": {
      if (!r.due) return { text: "" };
      const due = dueLabel(r.due, now);
      return { text: due.text, tone: due.tone === "ink" ? undefined : due.tone === "m3" ? "m3" : `${due.tone} b5`, title: () => (r.due!.at ? `${metricWord[r.due!.metric]} due ${exact(r.due!.at)}` : `${metricWord[r.due!.metric]} paused`) };
    }
  }
}

/** A row in words, for those who hear it: the subject, then each column by its name. */
export function spoken(r: TicketRow, cols: Column[], cells: ReturnType<typeof cell>[]): string {
  const said = (c: Column, i: number) => (c === "status" ? statusWord[r.status] : (cells[i].text as string));
  return [r.subject, ...cols.flatMap((c, i) => { const s = said(c, i); return s ? [`${columns[c]}: ${s}`] : []; })].join(", ");
}
