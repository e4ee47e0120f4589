/** How accounts are shown: as a table, a heat map or a board, in which order, with which columns; and kept as a view. */
import { MultiSelect, Popover, Select } from "@mantine/core";
import { IconAdjustmentsHorizontal } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useCommands } from "@/app/commands";
import { useCan } from "@/app/session";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { ColumnPick } from "@/view/ColumnPick";
import { Keep } from "@/view/Keep";
import { titles } from "./columns";
import type { AccountsView, MeasureInfo, Show } from "./data";
import { bodyOf, keptBody, lookOf, searchOf, textOf, type Column, type Search } from "./view";

const shows: readonly (readonly [Show, string])[] = [["table", "Table"], ["heat", "Heat map"], ["board", "Board"]];
const sorts = { revenue: "Largest revenue", renewal: "Next renewal", score: "Lowest score", changed: "Latest change", update: "Next health update" };

interface Props { s: Search; set: (v: Search) => void; current: AccountsView | null; changed: boolean; sort: string; all: MeasureInfo[] }
export function Display({ s, set, current, changed, sort, all }: Props) {
  const client = useQueryClient();
  const may = useCan("blueprint.apply");
  const [open, setOpen] = useState(false);
  const look = lookOf(s), own = current?.id ? current : null;
  const show = (v: Show) => set({ show: v === "table" ? undefined : v });
  useCommands([
    { id: "account-display", title: "Display of the list", section: "list", keys: "d", run: () => setOpen(true) },
    { id: "account-show", title: "Show as a table, heat map or board", section: "list", keys: "t", run: () => show(shows[(shows.findIndex(([v]) => v === look.show) + 1) % shows.length][0]) },
  ]);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={300} trapFocus returnFocus withinPortal shadow="md">
      <Popover.Target><Btn small tip="Display" keys="d" aria-expanded={open} icon={<IconAdjustmentsHorizontal size={16} stroke={1.75} aria-hidden />} onClick={() => setOpen((o) => !o)}>Display</Btn></Popover.Target>
      <Popover.Dropdown className="display" style={{ maxWidth: "calc(100vw - 24px)" }}>
        <div><p className="t12 m3">Shown as</p><Choice label="Shown as" value={look.show} onChange={show} options={shows} /></div>
        <Select size="xs" label="Order" allowDeselect={false} comboboxProps={{ withinPortal: false }} value={sort} onChange={(v) => v && set({ sort: v === "revenue" && !s.changed ? undefined : v })} data={Object.entries(sorts).map(([value, label]) => ({ value, label }))} />
        {look.show === "heat" && <MultiSelect size="xs" label="Measures" description="At most eight, each a column." placeholder={look.measures.length ? undefined : "Choose measures"} data={all.map((m) => ({ value: m.name, label: m.title }))} value={look.measures} onChange={(v) => set({ measures: v.join(" ") || undefined })} maxValues={8} searchable clearable comboboxProps={{ withinPortal: false }} />}
        {look.show === "table" && <ColumnPick<Column> titles={titles} chosen={look.columns} put={(cols) => set({ cols: cols.join(",") || undefined })} />}
        <Keep<AccountsView> path="/account-views" kind="account_view" own={own} changed={changed} share={may} close={() => setOpen(false)}
          body={(title) => bodyOf(title, s)} kept={keptBody} text={(as) => textOf(s, as)} again={() => client.invalidateQueries({ queryKey: ["account-views"] })}
          open={(v) => set(searchOf(v))} named={(name) => set({ view: name, own: undefined })} gone={() => set({ own: undefined })} shared={(title) => `The view ${title} is there for everybody who sees accounts.`} />
      </Popover.Dropdown>
    </Popover>
  );
}
