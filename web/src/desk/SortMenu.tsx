/** How the list is ordered. */
import { Menu } from "@mantine/core";
import { Anchored } from "@/ui/Anchored";
import type { Anchor } from "@/ui/Opens";
import { sorts, type Sorted } from "./sort";

export function SortMenu({ at, now, put }: { at: Anchor; now: Sorted; put: (s: Sorted) => void }) {
  return (
    <Menu id={at.id} opened={at.opened} onChange={at.onChange} position="bottom-start" width={180}>
      <Menu.Target><Anchored el={at.el} /></Menu.Target>
      <Menu.Dropdown>
        {(Object.entries(sorts) as [Sorted, string][]).map(([k, w]) => <Menu.Item key={k} role="menuitemradio" aria-checked={k === now} onClick={() => put(k)}>By {w}</Menu.Item>)}
      </Menu.Dropdown>
    </Menu>
  );
}
