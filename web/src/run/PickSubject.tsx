/** Finds the record that a run is to be about: by its name, number, address, whatever its kind is known by. */
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { sentenceOf } from "@/api/error";
import { inside } from "@/lib/words";
import { subjectQuery, subjectsQuery } from "./query";

const hints: Record<string, string> = {
  person: "A name or an address", organization: "A name", ticket: "Its number, or words in it", account: "A name", application: "Its number, an address, or the organization's name or site",
  issue: "Its number, or group/project#12", change_request: "Its number, or words in its message",
};

const ask = /* as is */ "ask";

interface Props { kind: string; playbook: string; word: string; label: string; value: string | null; onChange: (v: string | null) => void; error?: string }
export function PickSubject({ kind, playbook, word, label, value, onChange, error }: Props) {
  const [text, setText] = useState("");
  const [find] = useDebouncedValue(text, 200);
  const [chosen, setChosen] = useState<{ value: string; label: string } | null>(null);
  const named = useQuery({ ...subjectQuery(kind, Number(value), playbook), enabled: value !== null && chosen?.value !== value });
  // What was chosen stands in the field; it is no search.
  const own = chosen?.value === value ? chosen : named.data ? { value: String(named.data.id), label: named.data.title } : null;
  const query = useQuery(subjectsQuery(kind, own && find === own.label ? "" : find, playbook));
  const [refused, setRefused] = useState<string | null>(null);
  const data = (query.data ?? []).map((x) => ({ value: String(x.id), label: x.title, detail: x.detail, notFor: x.not_for, disabled: x.not_for !== "" }));
  if (own && !data.some((d) => d.value === own.value)) data.unshift({ ...own, detail: "", notFor: named.data?.not_for ?? "", disabled: false });
  // An issue that nobody here has heard of is asked for at its tracker.
  const unknown = kind === "issue" && query.isSuccess && !own && data.length === 0 && /([#!]\d+|\/\d+)$/.test(find.trim()) && find === text;
  if (unknown) data.push({ value: ask, label: `Ask the tracker for ${find.trim()}`, detail: "", notFor: "", disabled: false });
  const takeUp = async () => {
    setRefused(null);
    try {
      const issue = await api.post<{ id: number; reference: string; title: string }>("/issues", { reference: find.trim() });
      setChosen({ value: String(issue.id), label: issue.reference });
      setText(issue.reference);
      onChange(String(issue.id));
    } catch (e) { setRefused(sentenceOf(e)); }
  };
  return (
    <Select label={label} placeholder={hints[kind]} searchable clearable value={own ? value : null} searchValue={text} onSearchChange={setText} data={data} filter={({ options }) => options}
      error={error ?? refused ?? (named.data?.not_for ? `The playbook is not for this. It asks for: ${named.data.not_for}` : named.isError ? "This record is not there, or not yours to see" : query.isError ? "Could not be looked up. Type again" : undefined)}
      nothingFoundMessage={query.isFetching ? "Looking" : find ? `No ${inside(word)} is found by this` : `There is no ${inside(word)} that you may see`}
      renderOption={({ option }) => <Offered {...option as unknown as Option} />}
      onChange={(v, o) => { if (v === ask) return void takeUp(); setRefused(null); setChosen(o ? { value: o.value, label: o.label } : null); onChange(v); }} />
  );
}

interface Option { label: string; detail: string; notFor: string }
function Offered({ label, detail, notFor }: Option) {
  return (
    <span style={{ minWidth: 0 }}>
      <span className="break" dir="auto">{label}</span>
      {detail && <span className="sub block-sub break" dir="auto">{detail}</span>}
      {notFor && <span className="sub block-sub break">Does not fit. The playbook asks for: {notFor}</span>}
    </span>
  );
}
