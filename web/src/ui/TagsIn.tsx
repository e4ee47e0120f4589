/** Tags as a line of text, with those in use offered while one types. */
import { TagsInput, type TagsInputProps } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { completionsQuery } from "@/api/query";

/** A ticket has room for so many; the server says the same. */
export const MOST_TAGS = 100;

export function TagsIn(p: TagsInputProps) {
  const [typed, setTyped] = useState("");
  const word = typed.trim().toLowerCase();
  const [find] = useDebouncedValue(word, 150);
  const found = useQuery({ ...completionsQuery(`tag:${find}`), enabled: /^[^\s",;]+$/.test(find), placeholderData: keepPreviousData });
  const data = word === "" ? [] : (found.data ?? []).map((c) => c.text.replace(/^tag:/, "").replaceAll('"', "")).filter((t) => t.startsWith(word)).slice(0, 8);
  return <TagsInput acceptValueOnBlur maxTags={MOST_TAGS} {...p} data={data} filter={({ options }) => options} searchValue={typed} onSearchChange={setTyped} />;
}
