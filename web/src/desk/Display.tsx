/** How the list is shown: beside the ticket or as a table, its rows, groups and columns; and kept as a view. */
import { Popover, Select } from "@mantine/core";
import { IconAdjustmentsHorizontal } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import type { TicketFilter } from "@/api/query";
import type { View } from "@/api/types";
import { useCommands } from "@/app/commands";
import { densities, useLook } from "@/self/useLook";
import { useStored } from "@/lib/store";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { ColumnPick } from "@/view/ColumnPick";
import { columns, type Column } from "./columns";
import type { Look } from "./filter";
import { groupings, type Grouping } from "./groups";
import { sortOf, sorts } from "./SortMenu";

const KeepView = lazy(() => import("./KeepView").then((m) => ({ default: m.KeepView })));
const layouts = [["split", "Beside the ticket"], ["table", "Table"]] as const;
export const useLayout = () => useStored("layout", "split");

interface Props { filter: TicketFilter; look: Look; current: View | null; table: boolean; set: (f: Partial<TicketFilter & { own?: string; cols?: string; group?: string }>) => void }
export function Display({ filter, look, current, table, set }: Props) {
  const [open, setOpen] = useState(false);
  const [layout, setLayout] = useLayout();
  const { density, setDensity } = useLook();
  useCommands([
    { id: "display", title: "Display of the list", section: "List", keys: "d", run: () => setOpen(true) },
    { id: "layout", title: layout === "table" ? "Show the list beside the ticket" : "Show the list as a table", section: "List", keys: "t", run: () => setLayout(layout === "table" ? "split" : "table") },
  ]);
  const sort = sortOf(filter);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={300} trapFocus>
      <Popover.Target><Btn kind="quiet" small tip="Display" keys="d" aria-expanded={open} icon={<IconAdjustmentsHorizontal size={16} stroke={1.75} aria-hidden />} onClick={() => setOpen((o) => !o)} /></Popover.Target>
      <Popover.Dropdown className="display">
        <div className="wide"><p className="t12 m3">Layout</p><Choice label="Layout" value={layout as "split" | "table"} options={layouts} onChange={setLayout} /></div>
        <div><p className="t12 m3">Rows</p><Choice label="Rows" value={density as "comfortable" | "compact"} options={densities} onChange={setDensity} /></div>
        <div className="two">
          <Select size="xs" label="Sorted by" allowDeselect={false} comboboxProps={{ withinPortal: false }} value={sort} data={Object.entries(sorts).map(([value, label]) => ({ value, label: upper(label) }))} onChange={(v) => v && set({ sort: v === "due" ? undefined : v })} />
          <Select size="xs" label="Grouped by" allowDeselect={false} comboboxProps={{ withinPortal: false }} value={look.group} data={(Object.keys(groupings) as Grouping[]).filter((g) => g !== "due" || sort === "due").map((value) => ({ value, label: upper(groupings[value]) }))} onChange={(v) => v && set({ group: v })} />
        </div>
        {table && <ColumnPick<Column> titles={columns} chosen={look.columns} put={(cols) => set({ cols: cols.join(",") })} />}
        {open && <Suspense><KeepView filter={filter} look={look} current={current} set={set} close={() => setOpen(false)} /></Suspense>}
      </Popover.Dropdown>
    </Popover>
  );
}
const upper = (s: string) => s[0].toUpperCase() + s.slice(1);
