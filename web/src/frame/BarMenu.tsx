/** What the bottom bar has no room for. */
import { Menu } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { Anchored } from "@/ui/Anchored";
import type { Anchor } from "@/ui/Opens";
import type { Place } from "./places";

export function BarMenu({ at, rest, here }: { at: Anchor; rest: Place[]; here?: Place }) {
  const go = useNavigate();
  return (
    <Menu id={at.id} opened={at.opened} onChange={at.onChange} position="top-end" width={208}>
      <Menu.Target><Anchored el={at.el} /></Menu.Target>
      <Menu.Dropdown>
        {rest.map((p) => <Menu.Item key={p.to} aria-current={p === here ? "page" : undefined} leftSection={<p.icon size={20} stroke={1.75} aria-hidden />} onClick={() => void go({ to: p.to as "/tickets" })}>{p.title}</Menu.Item>)}
        <Menu.Item leftSection={<IconBell size={20} stroke={1.75} aria-hidden />} onClick={() => void go({ to: "/notifications" as "/tickets" })}>Notifications</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
