/** Filters over the view. Each shows as a tag that removes itself. */
import { IconFilter, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { agentsQuery, type TicketFilter } from "@/api/query";
import { useCommands } from "@/app/commands";
import { phrase } from "@/language/phrase";
import { later } from "@/lib/idle";
import { listOf, priorityWord, statusWord, typeWord } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Opens } from "@/ui/Opens";
import { UNSOLVED } from "./filter";

const FilterPane = later(() => import("./FilterPane").then((m) => m.FilterPane));

interface Props { filter: TicketFilter; set: (f: Partial<TicketFilter>) => void }
export function FilterMenu({ filter, set }: Props) {
  const [open, setOpen] = useState(false);
  useCommands([{ id: "filter", title: "Filter the list", section: "list", keys: "f", run: () => setOpen(true) }]);
  return <Opens kind="dialog" opened={open} onChange={setOpen} button={<Btn kind="quiet" small tip="Filter" keys="f" icon={<IconFilter size={16} stroke={1.75} aria-hidden />} />}>{(at) => <FilterPane at={at} filter={filter} set={set} />}</Opens>;
}

export function FilterTags({ filter, set }: Props) {
  const agents = useQuery({ ...agentsQuery, enabled: /^\d+$/.test(filter.assignee ?? "") });
  const said: [keyof TicketFilter, string][] = [];
  const words = (v: string, m: Record<string, string>) => listOf(v.split(",").map((x) => m[x] ?? x), "or");
  if (filter.status) said.push(["status", filter.status === UNSOLVED ? "Not solved" : words(filter.status, statusWord)]);
  if (filter.priority) said.push(["priority", `${words(filter.priority, priorityWord)} priority`]);
  if (filter.type) said.push(["type", words(filter.type, typeWord)]);
  if (filter.assignee) said.push(["assignee", filter.assignee === "me" ? "Yours" : filter.assignee === "none" ? "Nobody's" : phrase(`Of ${agents.data?.find((a) => String(a.id) === filter.assignee)?.name ?? phrase("one colleague")}`)]);
  if (filter.team) said.push(["team", `Team ${filter.team}`]);
  if (filter.filter) said.push(["filter", filter.filter.length > 48 ? filter.filter.slice(0, 47) + "…" : filter.filter]);
  if (filter.tag) said.push(["tag", `Tag ${filter.tag}`]);
  if (filter.requester) said.push(["requester", `Requester ${filter.requester}`]);
  if (filter.organization) said.push(["organization", `Organization ${filter.organization}`]);
  return (
    <div className="row wrap" style={{ gap: 4, marginTop: 6 }}>
      {said.map(([k, w]) => (
        <button key={k} type="button" className="tag accent" onClick={() => set({ [k]: undefined })} aria-label={`Remove the filter ${w}`}>{w}<IconX size={12} stroke={2} aria-hidden /></button>
      ))}
    </div>
  );
}
