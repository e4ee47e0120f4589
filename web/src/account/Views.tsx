/** The name of a view of accounts is its picker: those of all, then one's own, each with its count. */
import { Menu } from "@mantine/core";
import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useCommands } from "@/app/commands";
import { countText } from "@/lib/words";
import { bare, narrows, searchOf, type Search } from "./view";
import { viewsQuery, type AccountsView } from "./data";
import "@/view/view.css";

export function Views({ s, current, changed, set, ready }: { s: Search; current: AccountsView | null; changed: boolean; set: (v: Search) => void; ready: boolean }) {
  const query = useQuery({ ...viewsQuery, enabled: ready });
  const all = query.data ?? [], own = all.filter((v) => v.id);
  const open = (v: AccountsView) => set(searchOf(v));
  useCommands(all.slice(0, 9).map((v, i) => ({ id: `account-view-${v.id ?? v.name}`, title: `View: ${v.title}`, section: "go" as const, keys: `v ${i + 1}`, run: () => open(v) })));
  const tick = (on: boolean) => (on ? <IconCheck size={16} stroke={1.75} aria-hidden /> : <span style={{ width: 16 }} />);
  const item = (v: AccountsView) => <Menu.Item key={v.id ?? v.name} title={v.description || undefined} role="menuitemradio" aria-checked={v === current} onClick={() => open(v)} leftSection={tick(v === current)} rightSection={<span className="m3 t12">{countText(v.count)}</span>}><span dir="auto">{v.title}</span></Menu.Item>;
  const everything = !current && !narrows(s);
  const name = current ? current.title : narrows(s) ? "Filtered accounts" : "All accounts";
  return (
    <Menu position="bottom-start" width={296} withinPortal>
      <Menu.Target><button type="button" className="viewbtn b6" aria-label={`View: ${name}`}><span className="cut" dir="auto">{name}</span>{current && changed && <span className="t12 m3 nw">changed</span>}<IconChevronDown size={16} stroke={1.75} aria-hidden /></button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Views</Menu.Label>
        <Menu.Item role="menuitemradio" aria-checked={everything} leftSection={tick(everything)} onClick={() => set(bare)}>All accounts</Menu.Item>
        {all.filter((v) => !v.id).map(item)}
        {own.length > 0 && <><Menu.Divider /><Menu.Label>Only yours</Menu.Label></>}
        {own.map(item)}
        {query.isError ? <Menu.Item onClick={() => void query.refetch()}>Views could not be loaded. Try again</Menu.Item>
        : query.isSuccess && own.length === 0 && <p className="t12 m3" style={{ padding: "6px 12px 8px" }}>Narrow the list, then keep it as a view of your own under Display.</p>}
      </Menu.Dropdown>
    </Menu>
  );
}
