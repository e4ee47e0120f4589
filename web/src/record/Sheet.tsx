/** What stands above the messages of a printed ticket: what it is, in words. On screen the properties say it. */
import { useQuery } from "@tanstack/react-query";
import { fieldsQuery, ticketFormQuery } from "@/api/query";
import type { Ticket } from "@/api/types";
import { fieldText, isEmpty } from "@/field/value";
import { exact } from "@/lib/time";
import { priorityWord, typeWord, valueText } from "@/lib/words";

export function Sheet({ ticket: t }: { ticket: Ticket }) {
  // Both are there already: the properties ask for them.
  const fields = useQuery({ ...fieldsQuery("ticket"), enabled: false }).data ?? [];
  const asked = useQuery({ ...ticketFormQuery(t.id), enabled: false }).data?.fields ?? [];
  const values = t.attributes ?? {};
  const rows: [string, string | null | undefined][] = [
    ["Requester", t.requester.name + (t.requester.email && t.requester.email !== t.requester.name ? `, ${t.requester.email}` : "")],
    ["Organization", t.organization?.name],
    ["Merged into", t.merged_into ? `Ticket ${t.merged_into}` : null],
    ["Assignee", t.assignee?.name ?? "Nobody"],
    ["Team", t.team?.title],
    ["Priority", priorityWord[t.priority]],
    ["Type", typeWord[t.type]],
    ["Task due", t.type === "task" && t.task_due_at ? exact(t.task_due_at) : null],
    ["Tags", t.tags.join(", ")],
    ...Object.keys(values).filter((n) => !isEmpty(values[n])).map((n): [string, string] => {
      const f = fields.find((x) => x.name === n);
      return [f?.title ?? asked.find((a) => a.name === n)?.title ?? n, f ? fieldText(f, values[n]) : valueText(values[n])];
    }),
    ["Opened", exact(t.created_at)],
    ["Changed", exact(t.updated_at)],
  ];
  return <dl className="sheet">{rows.map(([what, says]) => says && <div key={what}><dt>{what}</dt><dd dir="auto">{says}</dd></div>)}</dl>;
}
