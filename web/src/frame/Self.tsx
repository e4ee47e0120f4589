/** The person's own menu: theme, density, keys, sign out. */
import { Menu, useMantineColorScheme } from "@mantine/core";
import { IconCheck, IconLogout } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { useMe } from "@/app/session";
import { useStored } from "@/lib/store";
import { Avatar } from "@/ui/Avatar";
import { Keys } from "@/ui/Keys";
import { fail } from "@/ui/notify";
import { openKeyMap } from "./panels";

const tick = (on: boolean) => (on ? <IconCheck size={16} stroke={1.75} aria-hidden /> : <span style={{ width: 16 }} />);

export function Self({ children }: { children?: React.ReactElement }) {
  const me = useMe();
  const q = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [density, setDensity] = useStored("density", "comfortable");
  const [singles, setSingles] = useStored("singles", "on");
  const dense = (d: string) => {
    setDensity(d);
    document.documentElement.dataset.density = d;
  };
  async function out() {
    try {
      await api.del("/session");
      q.clear();
      location.assign("/");
    } catch (e) {
      fail("You are still signed in", e);
    }
  }
  return (
    <Menu position="right-end" width={232}>
      <Menu.Target>
        {children ?? <button type="button" className="item" aria-label={`${me.person.name}, your settings`}><Avatar id={me.person.id} name={me.person.name} /><span className="lbl cut">{me.person.name}</span></button>}
      </Menu.Target>
      <Menu.Dropdown>
        <div style={{ padding: "6px 8px" }}><p className="b6 cut">{me.person.name}</p><p className="sub cut">{me.person.email}</p></div>
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        {([["light", "Light"], ["dark", "Dark"], ["auto", "Same as the system"]] as const).map(([v, w]) => (
          <Menu.Item key={v} role="menuitemradio" aria-checked={colorScheme === v} leftSection={tick(colorScheme === v)} closeMenuOnClick={false} onClick={() => setColorScheme(v)}>{w}</Menu.Item>
        ))}
        <Menu.Label>Rows</Menu.Label>
        {([["comfortable", "Comfortable"], ["compact", "Compact"]] as const).map(([v, w]) => (
          <Menu.Item key={v} role="menuitemradio" aria-checked={density === v} leftSection={tick(density === v)} closeMenuOnClick={false} onClick={() => dense(v)}>{w}</Menu.Item>
        ))}
        <Menu.Label>Keyboard</Menu.Label>
        <Menu.Item role="menuitemcheckbox" aria-checked={singles === "on"} leftSection={tick(singles === "on")} closeMenuOnClick={false} onClick={() => setSingles(singles === "on" ? "off" : "on")}>Single-letter keys</Menu.Item>
        <Menu.Item leftSection={tick(false)} rightSection={<Keys of="?" />} onClick={openKeyMap}>Show the key map</Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.75} aria-hidden />} onClick={out}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
