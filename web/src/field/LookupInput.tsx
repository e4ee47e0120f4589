/** A field that points to a person, an organization or a ticket: found by name or number. */
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { foundQuery, organizationQuery, organizationsQuery, peopleQuery, personQuery, ticketQuery } from "@/api/query";
import type { Field, ID } from "@/api/types";
import { isEmpty } from "./value";

/** What a record is called; its kind and number until that is known, or where it may not be seen. */
export function useRecordName(to: Field["to"], id: ID | null): string {
  const p = useQuery({ ...personQuery(id ?? 0), enabled: id !== null && to === "person", retry: false }).data;
  const o = useQuery({ ...organizationQuery(id ?? 0), enabled: id !== null && to === "organization", retry: false }).data;
  const t = useQuery({ ...ticketQuery(id ?? 0), enabled: id !== null && to === "ticket", retry: false }).data;
  if (id === null) return "";
  return p?.name ?? o?.name ?? (t ? `${t.id}: ${t.subject}` : `${to.replace(/^./, (c) => c.toUpperCase())} ${id}`);
}

interface Props { field: Field; value: unknown; onChange: (v: number | null) => void; error?: string | null; bare?: boolean; focus?: boolean; onLeave?: () => void; onEscape?: () => void }
export function LookupInput({ field: f, value, onChange, error, bare, focus, onLeave, onEscape }: Props) {
  const id = isEmpty(value) ? null : Number(value);
  const name = useRecordName(f.to, id);
  const [text, setText] = useState<string | null>(null);
  const [q] = useDebouncedValue(text ?? "", 200);
  const on = text !== null;
  const people = useInfiniteQuery({ ...peopleQuery(q, ""), enabled: on && f.to === "person" });
  const orgs = useInfiniteQuery({ ...organizationsQuery(q), enabled: on && f.to === "organization" });
  const tickets = useInfiniteQuery({ ...foundQuery(q, "ticket"), enabled: on && f.to === "ticket" && q.trim().length > 1 });
  const found = f.to === "person" ? (people.data?.pages[0]?.items ?? []).map((p) => ({ value: String(p.id), label: `${p.name}${p.email ? ` (${p.email})` : ""}` }))
    : f.to === "organization" ? (orgs.data?.pages[0]?.items ?? []).map((o) => ({ value: String(o.id), label: `${o.name}${o.domains[0] ? ` (${o.domains[0]})` : ""}` }))
    : (tickets.data?.pages[0]?.groups[0]?.items ?? []).map((x) => ({ value: String(x.id), label: `${x.id}: ${x.title}` }));
  const number = f.to === "ticket" ? /^#?(\d{1,15})$/.exec(q.trim())?.[1] : undefined;
  const data = [...(number && !found.some((x) => x.value === number) ? [{ value: number, label: `Ticket ${number}` }] : []), ...found];
  if (id !== null && !data.some((d) => d.value === String(id))) data.unshift({ value: String(id), label: name });
  return (
    <Select label={bare ? undefined : f.title} aria-label={bare ? f.title : undefined} description={bare ? undefined : f.help || undefined} withAsterisk={!bare && f.required} disabled={!f.edit} size={bare ? "xs" : undefined} style={bare ? { flex: 1, minWidth: 0 } : undefined}
      placeholder={f.to === "ticket" ? "Type words or a number" : "Type a name"} searchable clearable={!bare || id !== null} autoFocus={focus} error={error} value={id === null ? null : String(id)} searchValue={text ?? name} data={data} filter={({ options }) => options}
      onFocus={() => setText("")} onSearchChange={(s) => { if (text !== null) setText(s); }} onBlur={() => { setText(null); onLeave?.(); }} onKeyDown={(e) => { if (e.key === "Escape" && onEscape) { e.stopPropagation(); onEscape(); } }}
      nothingFoundMessage={q ? "Nothing has this name" : "Type to find"} onChange={(v) => { setText(null); onChange(v === null ? null : Number(v)); }} />
  );
}
