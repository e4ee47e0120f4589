/** A property that is a choice: shows its value, opens in place, types to search, Enter takes, Esc leaves. */
import { Combobox, useCombobox } from "@mantine/core";
import { IconCheck, IconChevronDown, IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useImperativeHandle, useState, type ReactNode, type Ref } from "react";
import { rank } from "@/frame/rank";

/** A choice; one with a path stands in a group of that name, which opens like a folder. */
export interface Choice { value: string; label: string; icon?: ReactNode; note?: string; path?: string[] }
interface Props { label: string; value: string; shown: ReactNode; choices: Choice[]; onPick: (value: string) => void; disabled?: boolean; opener?: Ref<() => void>; search?: boolean }

export function Pick({ label, value, shown, choices, onPick, disabled, opener, search = choices.length > 6 }: Props) {
  const [text, setText] = useState("");
  const [at, setAt] = useState<string[]>([]);
  const box = useCombobox({
    onDropdownOpen: () => { box.updateSelectedOptionIndex("active"); if (search) setTimeout(() => box.focusSearchInput(), 10); },
    onDropdownClose: () => { box.resetSelectedOption(); setText(""); setAt([]); },
  });
  useImperativeHandle(opener, () => () => box.openDropdown());
  if (disabled) return <span className="row" style={{ gap: 6 }}>{shown}</span>;
  const nested = choices.some((c) => c.path?.length);
  // What is typed is looked for everywhere; otherwise a level is shown, its groups among its choices.
  const found = text || !nested ? rank(choices, text, (c) => [...(c.path ?? []), c.label].join(" ")) : level(choices, at);
  const turn = (to: string[]) => { setAt(to); setTimeout(() => box.selectFirstOption()); };
  const submit = (v: string) => {
    if (v === BACK) return turn(at.slice(0, -1));
    if (v.startsWith(INTO)) return turn([...at, v.slice(INTO.length)]);
    box.closeDropdown();
    if (v !== value) onPick(v);
    box.focusTarget();
  };
  return (
    <Combobox store={box} width={260} position="bottom-start" withinPortal onOptionSubmit={submit}>
      <Combobox.Target targetType="button">
        <button type="button" className="pickbtn" onClick={() => box.toggleDropdown()}><span className="sr">{label}: </span>{shown}<IconChevronDown size={14} stroke={1.75} aria-hidden className="chev" /></button>
      </Combobox.Target>
      <Combobox.Dropdown>
        {search && <Combobox.Search value={text} onChange={(e) => { setText(e.currentTarget.value); setTimeout(() => box.selectFirstOption()); }} placeholder="Type to find" aria-label={`Find in ${label}`} onKeyDown={(e) => { if (at.length > 0 && !text && (e.key === "ArrowLeft" || e.key === "Backspace")) { e.preventDefault(); turn(at.slice(0, -1)); } }} />}
        <Combobox.Options mah={260} style={{ overflowY: "auto" }}>
          {at.length > 0 && !text && <Combobox.Option value={BACK}><span className="row m2" style={{ gap: 6 }}><IconChevronLeft size={14} stroke={1.75} aria-hidden /><span className="cut">{at.join(" › ")}</span></span></Combobox.Option>}
          {found.map((c) => (
            <Combobox.Option key={c.value} value={c.value} active={c.value === value}>
              <span className="row" style={{ gap: 8 }}>{c.icon}<span className="grow cut">{text && c.path?.length ? <span className="m3">{c.path.join(" › ")} › </span> : null}{c.label}</span>{c.value.startsWith(INTO) && <IconChevronRight size={14} stroke={1.75} aria-label="opens a group" />}{c.note && <span className="sub">{c.note}</span>}{c.value === value && <IconCheck size={14} stroke={1.75} aria-hidden />}</span>
            </Combobox.Option>
          ))}
          {found.length === 0 && <Combobox.Empty>Nothing matches</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

const BACK = "\u0000back";
const INTO = "\u0000into:";

/** The choices of one level: groups stand where their first choice would. */
export function level(choices: Choice[], at: string[]): Choice[] {
  const out: Choice[] = [];
  for (const c of choices) {
    const path = c.path ?? [];
    if (!at.every((p, i) => path[i] === p)) continue;
    const next = path[at.length];
    if (next === undefined) out.push(c);
    else if (!out.some((o) => o.value === INTO + next)) out.push({ value: INTO + next, label: next });
  }
  return out;
}
