/** A property that is a choice: shows its value, opens in place, types to search, Enter takes, Esc leaves. */
import { Combobox, useCombobox } from "@mantine/core";
import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import { useImperativeHandle, useState, type ReactNode, type Ref } from "react";
import { rank } from "@/frame/rank";

export interface Choice { value: string; label: string; icon?: ReactNode; note?: string }
interface Props { label: string; value: string; shown: ReactNode; choices: Choice[]; onPick: (value: string) => void; disabled?: boolean; opener?: Ref<() => void>; search?: boolean }

export function Pick({ label, value, shown, choices, onPick, disabled, opener, search = choices.length > 6 }: Props) {
  const [text, setText] = useState("");
  const box = useCombobox({
    onDropdownOpen: () => { box.updateSelectedOptionIndex("active"); if (search) setTimeout(() => box.focusSearchInput(), 10); },
    onDropdownClose: () => { box.resetSelectedOption(); setText(""); },
  });
  useImperativeHandle(opener, () => () => box.openDropdown());
  if (disabled) return <span className="row" style={{ gap: 6 }}>{shown}</span>;
  const found = rank(choices, text, (c) => c.label);
  return (
    <Combobox store={box} width={260} position="bottom-start" withinPortal onOptionSubmit={(v) => { box.closeDropdown(); if (v !== value) onPick(v); box.focusTarget(); }}>
      <Combobox.Target targetType="button">
        <button type="button" className="pickbtn" onClick={() => box.toggleDropdown()}><span className="sr">{label}: </span>{shown}<IconChevronDown size={14} stroke={1.75} aria-hidden className="chev" /></button>
      </Combobox.Target>
      <Combobox.Dropdown>
        {search && <Combobox.Search value={text} onChange={(e) => { setText(e.currentTarget.value); setTimeout(() => box.selectFirstOption()); }} placeholder="Type to find" aria-label={`Find in ${label}`} />}
        <Combobox.Options mah={260} style={{ overflowY: "auto" }}>
          {found.map((c) => (
            <Combobox.Option key={c.value} value={c.value} active={c.value === value}>
              <span className="row" style={{ gap: 8 }}>{c.icon}<span className="grow cut">{c.label}</span>{c.note && <span className="sub">{c.note}</span>}{c.value === value && <IconCheck size={14} stroke={1.75} aria-hidden />}</span>
            </Combobox.Option>
          ))}
          {found.length === 0 && <Combobox.Empty>Nothing matches</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
