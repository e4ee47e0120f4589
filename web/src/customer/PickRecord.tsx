/** Finds one person or organization by name, for a form. */
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { organizationsQuery, peopleQuery } from "@/api/query";
import type { MergeKind } from "@/api/types";

interface Props { kind: MergeKind; label: string; value: string | null; onChange: (v: string | null) => void; without?: number; agents?: boolean; error?: string | null }
export function PickRecord({ kind, label, value, onChange, without, agents, error }: Props) {
  const [text, setText] = useState("");
  const [find] = useDebouncedValue(text, 200);
  const [chosen, setChosen] = useState<{ value: string; label: string } | null>(null);
  // What was chosen stands in the field; it is no search.
  const q = find === chosen?.label || /\(\S+\)$/.test(find) ? "" : find;
  const people = useInfiniteQuery({ ...peopleQuery(q, agents ? "agent" : ""), enabled: kind === "person" });
  const orgs = useInfiniteQuery({ ...organizationsQuery(q), enabled: kind === "organization" });
  const found = kind === "person"
    ? (people.data?.pages[0]?.items ?? []).map((p) => ({ id: p.id, label: `${p.name}${p.email ? ` (${p.email})` : ""}` }))
    : (orgs.data?.pages[0]?.items ?? []).map((o) => ({ id: o.id, label: `${o.name}${o.domains[0] ? ` (${o.domains[0]})` : ""}` }));
  const data = found.filter((x) => x.id !== without).map((x) => ({ value: String(x.id), label: x.label }));
  if (chosen && !data.some((d) => d.value === chosen.value)) data.unshift(chosen);
  return (
    <Select label={label} placeholder="Type a name" searchable clearable value={value} searchValue={text} onSearchChange={setText} data={data} filter={({ options }) => options} error={error}
      nothingFoundMessage="Nobody and nothing has this name" onChange={(v, o) => { setChosen(o ? { value: o.value, label: o.label } : null); onChange(v); }} />
  );
}
