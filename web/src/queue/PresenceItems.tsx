/** The presence switch in the person's own menu. */
import { Menu } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { usePresenceState } from "./PresenceChoice";
import { presenceWords } from "./words";

export function PresenceItems() {
  const { data, set } = usePresenceState();
  if (!data) return null;
  return <>
    <Menu.Label>{data.off ? "Off" : "You are"}</Menu.Label>
    {presenceWords.map(([v, w]) => <Menu.Item key={v} role="menuitemradio" aria-checked={data.state === v} closeMenuOnClick={false} leftSection={data.state === v ? <IconCheck size={16} stroke={1.75} aria-hidden /> : <span style={{ width: 16 }} />} onClick={() => set(v)}>{w}</Menu.Item>)}
  </>;
}
