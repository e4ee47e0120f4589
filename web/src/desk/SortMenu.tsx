/** How the list is ordered. */
import { Menu } from "@mantine/core";
import type { TicketFilter } from "@/api/query";
import { phrase } from "@/language/phrase";

export const sorts = { due: phrase("next due"), updated: phrase("last change"), created: "newest" } as const;
export const sortOf = (f: TicketFilter): keyof typeof sorts => (f.sort && f.sort in sorts ? (f.sort as keyof typeof sorts) : "due");

export function SortMenu({ filter, set }: { filter: TicketFilter; set: (f: Partial<TicketFilter>) => void }) {
  const now = sortOf(filter);
  return (
    <Menu position="bottom-start" width={180}>
      <Menu.Target><button type="button" className="sortbtn">Sorted by {sorts[now]}</button></Menu.Target>
      <Menu.Dropdown>
        {Object.entries(sorts).map(([k, w]) => <Menu.Item key={k} role="menuitemradio" aria-checked={k === now} onClick={() => set({ sort: k === "due" ? undefined : k })}>By {w}</Menu.Item>)}
      </Menu.Dropdown>
    </Menu>
  );
}
