/** The name of the view is its picker: every view with its count. */
import { IconChevronDown } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { placesQuery, viewsQuery } from "@/api/query";
import type { TicketPage, View } from "@/api/types";
import { useCommands } from "@/app/commands";
import { useMe } from "@/app/session";
import { later } from "@/lib/idle";
import { Opens } from "@/ui/Opens";
import { Skel } from "@/ui/State";
import { more } from "./more";
import { ownSearch } from "./ownView";
import "@/view/view.css";

const ViewMenu = later(() => import("./ViewMenu").then((m) => m.ViewMenu));

interface Props { current: View | null; head: TicketPage | null; filtered: boolean; set: (f: Record<string, string | undefined>) => void }
export function ViewPicker({ current, head, filtered, set }: Props) {
  const [opened, setOpened] = useState(false);
  const views = useQuery(viewsQuery);
  const open = (v: View) => set(v.id ? { own: String(v.id), ...ownSearch(v) } : { view: v.name });
  const title = current?.title.replaceAll("::", " › ") ?? head?.view?.title ?? (filtered ? "Filtered tickets" : null);
  const go = useNavigate();
  const can = useMe().can;
  const places = useQuery({ ...placesQuery, enabled: can.includes("ticket.write") }).data;
  const others = more.filter((m) => can.includes(m.needs) && (!m.count || !places || places[m.count]));
  useCommands(others.map((m) => ({ id: "more-" + m.to, title: m.title, section: "go" as const, keys: m.keys, run: () => void go({ to: m.to as "/tickets" }) })));
  useCommands((views.data ?? []).slice(0, 9).map((v, i) => ({ id: `view-${v.id ?? v.name}`, title: `View: ${v.title}`, section: "go" as const, keys: `v ${i + 1}`, run: () => open(v) })));
  return (
    <Opens kind="menu" opened={opened} onChange={setOpened} button={<button type="button" className="viewbtn b6 t16"><span className="cut">{title ?? <Skel w={120} h={16} />}</span><IconChevronDown size={16} stroke={1.75} aria-hidden /></button>}>
      {(at) => <ViewMenu at={at} current={current} others={others} places={places} open={open} />}
    </Opens>
  );
}
