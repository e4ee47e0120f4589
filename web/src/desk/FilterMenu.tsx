/** Filters over the view: status, priority, assignee, team. Each shows as a tag that removes itself. */
import { Popover, Select, TextInput } from "@mantine/core";
import { IconFilter, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { agentsQuery, teamsQuery, type TicketFilter } from "@/api/query";
import { phrase } from "@/language/phrase";
import { UNSOLVED } from "./filter";
import { useCommands } from "@/app/commands";
import { listOf, priorityWord, statusWord, typeWord } from "@/lib/words";
import { Btn } from "@/ui/Btn";

interface Props { filter: TicketFilter; set: (f: Partial<TicketFilter>) => void }
const list = (words: Record<string, string>) => Object.entries(words).map(([value, label]) => ({ value, label }));

export function FilterMenu({ filter, set }: Props) {
  const [open, setOpen] = useState(false);
  const agents = useQuery({ ...agentsQuery, enabled: open });
  const teams = useQuery({ ...teamsQuery, enabled: open });
  useCommands([{ id: "filter", title: "Filter the list", section: "List", keys: "f", run: () => setOpen(true) }]);
  const common = { clearable: true, comboboxProps: { withinPortal: false }, searchable: true } as const;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={280} trapFocus>
      <Popover.Target><Btn kind="quiet" small tip="Filter" keys="f" aria-expanded={open} icon={<IconFilter size={16} stroke={1.75} aria-hidden />} onClick={() => setOpen((o) => !o)} /></Popover.Target>
      <Popover.Dropdown style={{ padding: 12, display: "grid", gap: 10 }}>
        <Select {...common} label="Status" data={list(statusWord)} value={filter.status && filter.status !== UNSOLVED ? filter.status : null} onChange={(v) => set({ status: v ?? undefined })} data-autofocus />
        <Select {...common} label="Priority" data={list(priorityWord)} value={filter.priority ?? null} onChange={(v) => set({ priority: v ?? undefined })} />
        <Select {...common} label="Type" data={list(typeWord)} value={filter.type ?? null} onChange={(v) => set({ type: v ?? undefined })} />
        <Select {...common} label="Assignee" value={filter.assignee ?? null} onChange={(v) => set({ assignee: v ?? undefined })}
          data={[{ value: "me", label: "You" }, { value: "none", label: "Nobody" }, ...(agents.data ?? []).map((a) => ({ value: String(a.id), label: a.name }))]} />
        <Select {...common} label="Team" value={filter.team ?? null} onChange={(v) => set({ team: v ?? undefined })} data={(teams.data ?? []).map((t) => ({ value: t.name, label: t.title }))} />
        <TextInput key={filter.filter} label="Condition" description="Such as ticket.attributes.severity == &quot;s1&quot;" defaultValue={filter.filter ?? ""} maxLength={4000} autoComplete="off" spellCheck={false}
          onKeyDown={(e) => e.key === "Enter" && set({ filter: e.currentTarget.value.trim() || undefined })} onBlur={(e) => e.currentTarget.value.trim() !== (filter.filter ?? "") && set({ filter: e.currentTarget.value.trim() || undefined })} />
      </Popover.Dropdown>
    </Popover>
  );
}

export function FilterTags({ filter, set }: Props) {
  const agents = useQuery({ ...agentsQuery, enabled: /^\d+$/.test(filter.assignee ?? "") });
  const said: [keyof TicketFilter, string][] = [];
  const words = (v: string, m: Record<string, string>) => listOf(v.split(",").map((x) => m[x] ?? x), "or");
  if (filter.status) said.push(["status", filter.status === UNSOLVED ? "Not solved" : words(filter.status, statusWord)]);
  if (filter.priority) said.push(["priority", `${words(filter.priority, priorityWord)} priority`]);
  if (filter.type) said.push(["type", words(filter.type, typeWord)]);
  if (filter.assignee) said.push(["assignee", filter.assignee === "me" ? "Yours" : filter.assignee === "none" ? "Nobody's" : `Of ${agents.data?.find((a) => String(a.id) === filter.assignee)?.name ?? phrase("one colleague")}`]);
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
