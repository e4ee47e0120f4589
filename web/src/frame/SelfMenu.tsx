/** The person's own menu: presence, theme, density, keys, sign out. */
import { Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconCheck, IconInbox, IconLogout, IconSettings } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { formsQuery } from "@/api/query";
import { useMe } from "@/app/session";
import { PresenceItems } from "@/queue/PresenceItems";
import { densities, themes, useLook } from "@/self/useLook";
import { Anchored } from "@/ui/Anchored";
import { Keys } from "@/ui/Keys";
import type { Anchor } from "@/ui/Opens";
import { openKeyMap } from "./panels";

const tick = (on: boolean) => (on ? <IconCheck size={16} stroke={1.75} aria-hidden /> : <span style={{ width: 16 }} />);

/** The way to forms with which colleagues ask one another; it is there while there is such a form. */
function AskItem() {
  const forms = useQuery(formsQuery);
  if (!forms.data?.some((f) => f.colleagues)) return null;
  return <Menu.Item component="a" href="/portal/request" leftSection={<IconInbox size={16} stroke={1.75} aria-hidden />}>Ask another team</Menu.Item>;
}

export function SelfMenu({ at }: { at: Anchor }) {
  const me = useMe();
  const go = useNavigate();
  const look = useLook();
  return (
    <Menu id={at.id} opened={at.opened} onChange={at.onChange} position="right-end" width={232}>
      <Menu.Target><Anchored el={at.el} /></Menu.Target>
      <Menu.Dropdown>
        <div style={{ padding: "6px 8px" }}><p className="b6 cut">{me.person.name}</p><p className="sub cut">{me.person.email}</p></div>
        <Menu.Divider />
        {me.can.includes("ticket.edit") && <PresenceItems />}
        <Menu.Label>Theme</Menu.Label>
        {themes.map(([v, w]) => (
          <Menu.Item key={v} role="menuitemradio" aria-checked={look.theme === v} leftSection={tick(look.theme === v)} closeMenuOnClick={false} onClick={() => look.setTheme(v)}>{w}</Menu.Item>
        ))}
        <Menu.Label>Rows</Menu.Label>
        {densities.map(([v, w]) => (
          <Menu.Item key={v} role="menuitemradio" aria-checked={look.density === v} leftSection={tick(look.density === v)} closeMenuOnClick={false} onClick={() => look.setDensity(v)}>{w}</Menu.Item>
        ))}
        <Menu.Label>Keyboard</Menu.Label>
        <Menu.Item role="menuitemcheckbox" aria-checked={look.singles} leftSection={tick(look.singles)} closeMenuOnClick={false} onClick={() => look.setSingles(!look.singles)}>Single-letter keys</Menu.Item>
        <Menu.Item leftSection={tick(false)} rightSection={<Keys of="?" />} onClick={openKeyMap}>Show the key map</Menu.Item>
        <Menu.Divider />
        <AskItem />
        <Menu.Item leftSection={<IconSettings size={16} stroke={1.75} aria-hidden />} rightSection={<Keys of="g s" />} onClick={() => void go({ to: "/settings" as "/tickets" })}>Settings and API tokens</Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.75} aria-hidden />} onClick={look.signOut}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
