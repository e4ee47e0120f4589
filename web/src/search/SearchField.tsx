/** Words and filters, with what could be written next offered below. The text lives in the address bar. */
import { Autocomplete } from "@mantine/core";
import { useDebouncedCallback, useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { completionsQuery } from "@/api/query";
import { useCommands } from "@/app/commands";
import { complete, lastWord } from "./complete";

export function SearchField({ q }: { q: string }) {
  const go = useNavigate();
  const [text, setText] = useState(q);
  const input = useRef<HTMLInputElement>(null);
  const [debounced] = useDebouncedValue(text, 150);
  const word = lastWord(debounced);
  const found = useQuery({ ...completionsQuery(debounced), enabled: word !== "" });
  const offers = word && debounced === text ? (found.data ?? []).filter((c) => c.text !== word).slice(0, 8) : [];
  const doc = new Map(offers.map((c) => [complete(text, c.text), c]));
  const put = useDebouncedCallback((v: string) => void go({ to: "." as never, replace: true, search: ((s: object) => ({ ...s, q: v.trim() || undefined })) as never }), 300);
  // Back, or a filter chosen beside the field, changes the words too.
  useEffect(() => { setText((was) => (was.trim() === q ? was : q)); }, [q]);
  useCommands([{ id: "find", title: "Change the search", section: "list", keys: "/", run: () => input.current?.focus() }]);
  return (
    <Autocomplete ref={input} type="search" aria-label="Words and filters" placeholder="Words, or status:open" value={text} autoFocus={!q} style={{ flex: "1 1 320px", maxWidth: 640 }}
      onChange={(v) => { setText(v); put(v); }} data={[...doc.keys()]} filter={({ options }) => options} maxDropdownHeight={320}
      onOptionSubmit={() => setTimeout(() => input.current?.focus())} comboboxProps={{ withinPortal: true }}
      leftSection={<IconSearch size={16} stroke={1.75} aria-hidden />} rightSection={text ? undefined : <kbd>/</kbd>}
      renderOption={({ option }) => <span className="row" style={{ gap: 10 }}><span className="b5 nw">{doc.get(option.value)?.text ?? option.value}</span><span className="sub cut">{doc.get(option.value)?.doc}</span></span>} />
  );
}
