/** Finds somebody by name or address, in place: type, arrows, Enter. An address that is new here can be taken as it is. */
import { Combobox, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { peopleQuery } from "@/api/query";
import type { ID, PersonInput } from "@/api/types";
import { Avatar } from "@/ui/Avatar";

interface Props { label: string; kind?: "" | "agent"; without: ID[]; onPick: (p: PersonInput, name: string) => void; onLeave: () => void; busy?: boolean }
export function FindPerson({ label, kind = "", without, onPick, onLeave, busy }: Props) {
  const [text, setText] = useState("");
  const [find] = useDebouncedValue(text.trim(), 150);
  const box = useCombobox();
  const people = useInfiniteQuery({ ...peopleQuery(find, kind), enabled: find.length > 0 || kind === "agent" });
  const found = (people.data?.pages[0]?.items ?? []).filter((p) => !without.includes(p.id)).slice(0, 8);
  const address = /^\S+@\S+\.\S+$/.test(text.trim()) ? text.trim().toLowerCase() : "";
  const fresh = address && kind !== "agent" && !found.some((p) => p.email === address) ? address : "";
  const asks = find.length > 0 || kind === "agent";
  useEffect(() => { box.selectFirstOption(); }, [found.length, fresh, asks]); // eslint-disable-line react-hooks/exhaustive-deps
  const pick = (v: string) => {
    setText("");
    const p = found.find((x) => String(x.id) === v);
    if (p) onPick({ id: p.id }, p.name);
    else if (fresh) onPick({ email: fresh }, fresh);
  };
  return (
    <Combobox store={box} onOptionSubmit={pick} width={280} position="bottom-start" withinPortal>
      <Combobox.Target>
        <input className="findperson" autoFocus disabled={busy} value={text} placeholder={kind === "agent" ? "A colleague's name" : "Name or address"} aria-label={label} autoComplete="off" spellCheck={false}
          onChange={(e) => { setText(e.currentTarget.value); box.openDropdown(); }} onFocus={() => box.openDropdown()} onBlur={() => { box.closeDropdown(); if (!text) onLeave(); else if (address) pick(String(found.find((p) => p.email === address)?.id ?? "new")); }}
          onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); box.closeDropdown(); onLeave(); } if (e.key === "Enter" && !box.dropdownOpened) e.preventDefault(); }} />
      </Combobox.Target>
      {asks && (
        <Combobox.Dropdown>
          <Combobox.Options mah={260} style={{ overflowY: "auto" }}>
            {found.map((p) => (
              <Combobox.Option key={p.id} value={String(p.id)}>
                <span className="row" style={{ gap: 8 }}><Avatar id={p.id} name={p.name} /><span className="grow" style={{ minWidth: 0 }}><span className="cut" style={{ display: "block" }} dir="auto">{p.name}</span><span className="cut t12 m3" style={{ display: "block" }}>{[p.email, p.organization?.name].filter(Boolean).join(", ")}</span></span></span>
              </Combobox.Option>
            ))}
            {fresh && <Combobox.Option value="new">{fresh}<span className="t12 m3">, new here</span></Combobox.Option>}
            {people.isPending && <Combobox.Empty>Looking</Combobox.Empty>}
            {!people.isPending && found.length === 0 && !fresh && <Combobox.Empty>Nobody has this name. {kind !== "agent" && "Type a whole address to add it."}</Combobox.Empty>}
          </Combobox.Options>
        </Combobox.Dropdown>
      )}
    </Combobox>
  );
}
