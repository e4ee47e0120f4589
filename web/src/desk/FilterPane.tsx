/** Filters over the view: status, type, priority, assignee, team, a condition. */
import { Popover, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { agentsQuery, teamsQuery, type TicketFilter } from "@/api/query";
import { priorityWord, statusWord, typeWord } from "@/lib/words";
import { Anchored } from "@/ui/Anchored";
import type { Anchor } from "@/ui/Opens";
import { UNSOLVED } from "./filter";

const list = (words: Record<string, string>) => Object.entries(words).map(([value, label]) => ({ value, label }));

export function FilterPane({ at, filter, set }: { at: Anchor; filter: TicketFilter; set: (f: Partial<TicketFilter>) => void }) {
  const agents = useQuery({ ...agentsQuery, enabled: at.opened });
  const teams = useQuery({ ...teamsQuery, enabled: at.opened });
  const common = { clearable: true, comboboxProps: { withinPortal: false }, searchable: true } as const;
  return (
    <Popover id={at.id} opened={at.opened} onChange={at.onChange} position="bottom-end" width={280} trapFocus>
      <Popover.Target><Anchored el={at.el} /></Popover.Target>
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
