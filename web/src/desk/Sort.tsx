/** Says how the list is sorted; pressed, it offers the other ways. */
import { useState } from "react";
import { useCommands } from "@/app/commands";
import { later } from "@/lib/idle";
import { Opens } from "@/ui/Opens";
import { sorts, type Sorted } from "./sort";

const SortMenu = later(() => import("./SortMenu").then((m) => m.SortMenu));

export function Sort({ now, put }: { now: Sorted; put: (s: Sorted) => void }) {
  const [open, setOpen] = useState(false);
  useCommands([{ id: "sort", title: "Sort the list", section: "list", keys: "v s", run: () => setOpen(true) }]);
  return <Opens kind="menu" opened={open} onChange={setOpen} button={<button type="button" className="sortbtn">Sorted by {sorts[now]}</button>}>{(at) => <SortMenu at={at} now={now} put={put} />}</Opens>;
}
