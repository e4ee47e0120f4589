/** Colleagues by name, written as their addresses, and the words that stand for somebody. */
import { Autocomplete, TagsInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { peopleQuery } from "@/api/query";
import { phrase } from "@/language/phrase";

const meant: Record<string, string> = { actor: phrase("whoever made the change"), nobody: phrase("nobody"), requester: phrase("the requester"), assignee: phrase("the assignee"), team: phrase("everybody in the ticket’s team") };
interface Shared { label?: ReactNode; description?: ReactNode; error?: string; readOnly?: boolean; "aria-label"?: string; inputWrapperOrder?: ("label" | "input" | "description" | "error")[]; words: string[] }

function useColleagues(typed: string, words: string[]) {
  const [find] = useDebouncedValue(typed.trim(), 150);
  const people = useInfiniteQuery(peopleQuery(find.includes("@") ? "" : find, "agent")).data?.pages[0]?.items ?? [];
  const fixed = words.filter((w) => w !== "colleague");
  const names = new Map(people.filter((p) => p.email).map((p) => [p.email!, p.name]));
  return { data: [{ group: "Whoever it is then", items: fixed }, { group: "Colleagues", items: [...names.keys()].slice(0, 12) }], option: ({ option }: { option: { value: string } }) => <span>{names.get(option.value) ?? meant[option.value] ?? option.value} {(names.has(option.value) || meant[option.value]) && <span className="m3 t12">{option.value}</span>}</span>, names };
}

export function Person({ words, value, onChange, ...shared }: Shared & { value: string; onChange: (v: string) => void }) {
  const { data, option } = useColleagues(value, words);
  return <Autocomplete {...shared} data={data} renderOption={option} value={value} onChange={onChange} filter={({ options }) => options} placeholder="Name or address" styles={{ wrapper: { maxWidth: 360 } }} />;
}

export function People({ words, value, onChange, ...shared }: Shared & { value: string[]; onChange: (v: string[]) => void }) {
  const [typed, setTyped] = useState("");
  const { data, option } = useColleagues(typed, words);
  return <TagsInput {...shared} data={data} renderOption={option} value={value} onChange={onChange} searchValue={typed} onSearchChange={setTyped} filter={({ options }) => options} placeholder={value.length ? undefined : "Name or address"} />;
}
