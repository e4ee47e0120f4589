/** When the next health update is due, told by a sign and words too. */
import { IconAlertTriangle, IconClock } from "@tabler/icons-react";
import { phrase } from "@/language/phrase";
import { exact } from "@/lib/time";
import { When } from "@/ui/When";
import type { NextUpdate } from "./data";

export function UpdateDue({ u }: { u: NextUpdate }) {
  const Sign = u.state === "overdue" ? IconAlertTriangle : IconClock;
  return <span className={`update-due ${u.state === "overdue" ? "danger" : u.state === "soon" ? "attention" : "m2"}`} title={`${u.rhythm}, due ${exact(u.due)}`}>{u.state !== "later" && <Sign size={14} stroke={1.75} aria-hidden />}{u.state === "overdue" ? phrase("Was due", "a health update") : phrase("Due", "a health update")} <When at={u.due} /></span>;
}
