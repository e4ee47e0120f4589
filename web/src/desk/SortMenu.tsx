/** How the list is ordered. */
import { Menu } from "@mantine/core";
import type { TicketFilter } from "@/api/query";
import { Anchored } from "@/ui/Anchored";
import type { Anchor } from "@/ui/Opens";
import { sorts } from "./sort";

export function SortMenu({ at, now, set }: { at: Anchor; now: keyof typeof sorts; set: (f: Partial<TicketFilter>) => void }) {
  return (
    <Menu id={at.id} opened={at.opened} onChange={at.onChange} position="bottom-start" width={180}>
      <Menu.Target><Anchored el={at.el} /></Menu.Target>
      <Menu.Dropdown>
        {Object.entries(sorts).map(([k, w]) => <Menu.Item key={k} role="menuitemradio" aria-checked={k === now} onClick={() => set({ sort: k === "due" ? undefined : k })}>By {w}</Menu.Item>)}
      </Menu.Dropdown>
    </Menu>
  );
}
