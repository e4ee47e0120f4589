/** A search whose words live in the address bar. */
import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useCommands } from "@/app/commands";

export function useQ(): string {
  return (useSearch({ strict: false }) as Record<string, string | undefined>).q ?? "";
}

export function SearchBox({ label }: { label: string }) {
  const q = useQ();
  const go = useNavigate();
  const [text, setText] = useState(q);
  const input = useRef<HTMLInputElement>(null);
  const put = useDebouncedCallback((v: string) => void go({ to: "." as never, replace: true, search: ((s: object) => ({ ...s, q: v || undefined })) as never }), 250);
  useCommands([{ id: "find", title: label, section: "list", keys: "/", run: () => input.current?.focus() }]);
  return (
    <TextInput ref={input} value={text} onChange={(e) => { setText(e.currentTarget.value); put(e.currentTarget.value.trim()); }} aria-label={label} placeholder={label} type="search"
      leftSection={<IconSearch size={16} stroke={1.75} aria-hidden />} rightSection={text ? undefined : <kbd>/</kbd>} className="find" />
  );
}
