/** The button that opens how the list is shown, and its keys. */
import { IconAdjustmentsHorizontal } from "@tabler/icons-react";
import { useState } from "react";
import { useCommands } from "@/app/commands";
import { later } from "@/lib/idle";
import { Btn } from "@/ui/Btn";
import { Opens } from "@/ui/Opens";
import type { Shown } from "./DisplayPane";
import { useLayout } from "./useLayout";

const DisplayPane = later(() => import("./DisplayPane").then((m) => m.DisplayPane));

export function Display(p: Shown) {
  const [open, setOpen] = useState(false);
  const [layout, setLayout] = useLayout();
  useCommands([
    { id: "display", title: "Display of the list", section: "list", keys: "d", run: () => setOpen(true) },
    { id: "layout", title: layout === "table" ? "Show the list beside the ticket" : "Show the list as a table", section: "list", keys: "t", run: () => setLayout(layout === "table" ? "split" : "table") },
  ]);
  return <Opens kind="dialog" opened={open} onChange={setOpen} button={<Btn kind="quiet" small tip="Display" keys="d" icon={<IconAdjustmentsHorizontal size={16} stroke={1.75} aria-hidden />} />}>{(at) => <DisplayPane {...p} at={at} />}</Opens>;
}
