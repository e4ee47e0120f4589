/** The text of a view that shows what the list shows now, to start a blueprint from. */
import type { TicketFilter } from "@/api/query";

/** What the view is called, and how it is shown. */
interface Named { name: string; title: string; columns?: string[]; group?: string }

/** Colleagues are named by their address, because texts know no numbers of an installation. */
export function viewText(f: TicketFilter, address: (person: string) => string | null | undefined, as: Named = { name: "my-view", title: "My view" }): string {
  const list = (v: string) => `[${v.split(",").join(", ")}]`;
  const named = f.assignee === "me" || f.assignee === "none";
  const email = f.assignee && !named ? address(f.assignee) : null;
  const lost = [f.assignee && !named && !email && `assignee ${f.assignee}`, f.requester && `requester ${f.requester}`, f.organization && `organization ${f.organization}`].filter(Boolean);
  const conditions = [email && `ticket.assignee.email == ${JSON.stringify(email)}`, f.filter].filter(Boolean) as string[];
  const lines = [
    lost.length > 0 && `# The list was also limited to ${lost.join(" and ")}. Write that as a condition, such as ticket.organization.name == "…".`,
    /* as is */ "kind: view", `name: ${as.name}`, `title: ${/^[\w ]+$/.test(as.title) ? as.title : JSON.stringify(as.title)}`,
    f.status && `status: ${list(f.status)}`, f.priority && `priority: ${list(f.priority)}`, f.type && `type: ${list(f.type)}`, named && `assignee: ${f.assignee}`, f.team && `team: ${f.team}`, f.tag && `tag: ${JSON.stringify(f.tag)}`,
    conditions.length > 0 && `match: ${JSON.stringify(conditions.length > 1 ? conditions.map((c) => `(${c})`).join(" && ") : conditions[0])}`,
    `sort: ${f.sort ?? "due"}`, as.columns && `columns: ${list(as.columns.join(","))}`, as.group && `group: ${as.group}`,
  ];
  return lines.filter(Boolean).join("\n") + "\n";
}
