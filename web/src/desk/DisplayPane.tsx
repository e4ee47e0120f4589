/** How the list is shown: beside the ticket or as a table, its rows, groups and columns; and kept as a view. */
import { Popover, Select } from "@mantine/core";
import type { TicketFilter } from "@/api/query";
import type { View } from "@/api/types";
import { densities, useLook } from "@/self/useLook";
import { Anchored } from "@/ui/Anchored";
import { Choice } from "@/ui/Choice";
import type { Anchor } from "@/ui/Opens";
import { ColumnPick } from "@/view/ColumnPick";
import { columns, type Column } from "./columns";
import type { Look } from "./filter";
import { groupings, type Grouping } from "./groups";
import { KeepView } from "./KeepView";
import { sorts, type Sorted } from "./sort";
import { useLayout } from "./useLayout";

const layouts = [["split", "Beside the ticket"], ["table", "Table"]] as const;

export interface Shown { filter: TicketFilter; look: Look & { sort: Sorted }; current: View | null; table: boolean; put: (s: Sorted) => void; set: (f: Partial<TicketFilter & { own?: string; cols?: string; group?: string }>) => void }
export function DisplayPane({ at, filter, look, current, table, put, set }: Shown & { at: Anchor }) {
  const [layout, setLayout] = useLayout();
  const { density, setDensity } = useLook();
  return (
    <Popover id={at.id} opened={at.opened} onChange={at.onChange} position="bottom-end" width={300} trapFocus>
      <Popover.Target><Anchored el={at.el} /></Popover.Target>
      <Popover.Dropdown className="display">
        <div className="wide"><p className="t12 m3">Layout</p><Choice label="Layout" value={layout as "split" | "table"} options={layouts} onChange={setLayout} /></div>
        <div><p className="t12 m3">Rows</p><Choice label="Rows" value={density as "comfortable" | "compact"} options={densities} onChange={setDensity} /></div>
        <div className="two">
          <Select size="xs" label="Sorted by" allowDeselect={false} comboboxProps={{ withinPortal: false }} value={look.sort} data={Object.entries(sorts).map(([value, label]) => ({ value, label: upper(label) }))} onChange={(v) => v && put(v as Sorted)} />
          <Select size="xs" label="Grouped by" allowDeselect={false} comboboxProps={{ withinPortal: false }} value={look.group} data={(Object.keys(groupings) as Grouping[]).filter((g) => g !== "due" || look.sort === "due").map((value) => ({ value, label: upper(groupings[value]) }))} onChange={(v) => v && set({ group: v })} />
        </div>
        {table && <ColumnPick<Column> titles={columns} chosen={look.columns} put={(cols) => set({ cols: cols.join(",") })} />}
        {at.opened && <KeepView filter={filter} look={look} current={current} set={set} close={() => at.onChange(false)} />}
      </Popover.Dropdown>
    </Popover>
  );
}
const upper = (s: string) => s[0].toUpperCase() + s.slice(1);
