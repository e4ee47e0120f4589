/** Says how the list is sorted; pressed, it offers the other ways. */
import { useState } from "react";
import type { TicketFilter } from "@/api/query";
import { later } from "@/lib/idle";
import { Opens } from "@/ui/Opens";
import { sortOf, sorts } from "./sort";

const SortMenu = later(() => import("./SortMenu").then((m) => m.SortMenu));

export function Sort({ filter, set }: { filter: TicketFilter; set: (f: Partial<TicketFilter>) => void }) {
  const [open, setOpen] = useState(false);
  const now = sortOf(filter);
  return <Opens kind="menu" opened={open} onChange={setOpen} button={<button type="button" className="sortbtn">Sorted by {sorts[now]}</button>}>{(at) => <SortMenu at={at} now={now} set={set} />}</Opens>;
}
