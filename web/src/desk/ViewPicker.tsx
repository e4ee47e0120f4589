/** The name of the view is its picker: every view with its count. */
import { Menu } from "@mantine/core";
import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { placesQuery, viewsQuery } from "@/api/query";
import type { TicketPage, View } from "@/api/types";
import { useCommands } from "@/app/commands";
import { useMe } from "@/app/session";
import { countText } from "@/lib/words";
import { Nested } from "@/ui/Nested";
import { Skel } from "@/ui/State";
import { more } from "./more";
import { ownSearch } from "./ownView";
import "@/view/view.css";

interface Props { current: View | null; head: TicketPage | null; filtered: boolean; set: (f: Record<string, string | undefined>) => void }
export function ViewPicker({ current, head, filtered, set }: Props) {
  const views = useQuery(viewsQuery);
  const open = (v: View) => set(v.id ? { own: String(v.id), ...ownSearch(v) } : { view: v.name });
  const own = (views.data ?? []).filter((v) => v.id);
  const title = current?.title.replaceAll("::", " › ") ?? head?.view?.title ?? (filtered ? "Filtered tickets" : null);
  const go = useNavigate();
  const can = useMe().can;
  const places = useQuery({ ...placesQuery, enabled: can.includes("ticket.write") }).data;
  const others = more.filter((m) => can.includes(m.needs) && (!m.count || !places || places[m.count]));
  useCommands(others.map((m) => ({ id: "more-" + m.to, title: m.title, section: "Go to" as const, keys: m.keys, run: () => void go({ to: m.to as "/tickets" }) })));
  useCommands((views.data ?? []).slice(0, 9).map((v, i) => ({ id: `view-${v.id ?? v.name}`, title: `View: ${v.title}`, section: "Go to" as const, keys: `v ${i + 1}`, run: () => open(v) })));
  return (
    <Menu position="bottom-start" width={296}>
      <Menu.Target>
        <button type="button" className="viewbtn b6 t16"><span className="cut">{title ?? <Skel w={120} h={16} />}</span><IconChevronDown size={16} stroke={1.75} aria-hidden /></button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Views</Menu.Label>
        <Nested items={(views.data ?? []).filter((v) => !v.id)} title={(v) => v.title} row={(v, label) => (
          <Menu.Item title={v.description} onClick={() => open(v)} role="menuitemradio" aria-checked={v === current}
            leftSection={v === current ? <IconCheck size={16} stroke={1.75} aria-hidden /> : <span style={{ width: 16 }} />} rightSection={<span className="m3 t12">{countText(v.count)}</span>}>{label}</Menu.Item>
        )} />
        {own.length > 0 && <><Menu.Divider /><Menu.Label>Only yours</Menu.Label></>}
        {own.map((v) => (
          <Menu.Item key={v.id} onClick={() => open(v)} role="menuitemradio" aria-checked={v === current} title={v.problem || undefined} leftSection={v === current ? <IconCheck size={16} stroke={1.75} aria-hidden /> : <span style={{ width: 16 }} />}
            rightSection={v.problem ? <span className="attention t12">Shows nothing</span> : <span className="m3 t12">{countText(v.count)}</span>}><span dir="auto">{v.title}</span></Menu.Item>
        ))}
        {others.length > 0 && <><Menu.Divider /><Menu.Label>More of the desk</Menu.Label></>}
        {others.map((m) => <Menu.Item key={m.to} leftSection={<span style={{ width: 16 }} />} rightSection={m.count && places?.[m.count] && <span className={places[m.count]!.count > 0 ? "t12 b6" : "m3 t12"}>{countText(places[m.count])}</span>} onClick={() => void go({ to: m.to as "/tickets" })}>{m.title}</Menu.Item>)}
        {views.isError && <Menu.Item onClick={() => views.refetch()}>Views could not be loaded. Try again</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}
