/** Every view with its count, and what else the desk has. */
import { Menu } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { viewsQuery } from "@/api/query";
import type { Places, View } from "@/api/types";
import { countText } from "@/lib/words";
import { Anchored } from "@/ui/Anchored";
import { Nested } from "@/ui/Nested";
import type { Anchor } from "@/ui/Opens";
import type { more } from "./more";

interface Props { at: Anchor; current: View | null; others: typeof more; places?: Places; open: (v: View) => void }
export function ViewMenu({ at, current, others, places, open }: Props) {
  const go = useNavigate();
  const views = useQuery(viewsQuery);
  const own = (views.data ?? []).filter((v) => v.id);
  return (
    <Menu id={at.id} opened={at.opened} onChange={at.onChange} position="bottom-start" width={296}>
      <Menu.Target><Anchored el={at.el} /></Menu.Target>
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
