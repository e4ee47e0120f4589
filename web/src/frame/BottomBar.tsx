/** Under 600 px: the sections at the thumb. What does not fit 360 px is behind More. */
import { Menu } from "@mantine/core";
import { IconBell, IconDots, IconSearch } from "@tabler/icons-react";
import { Link, useNavigate, useRouterState } from "@tanstack/react-router";
import { useMe } from "@/app/session";
import { allowed, isAt, places } from "./places";

/** Words that fit a sixth of 360 px. */
const short: Record<string, string> = { Configuration: "Setup", Customers: "People", Engineering: "Issues" };
/** How many sections stand in the bar besides search and More. */
const most = 4;

export function BottomBar({ search }: { search: () => void }) {
  const me = useMe();
  const go = useNavigate();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const all = places.filter((p) => allowed(p, me.can));
  const shown = all.length <= most + 1 ? all : all.slice(0, most);
  const rest = all.slice(shown.length);
  const inRest = rest.find((p) => isAt(p, path));
  return (
    <nav className="bar" aria-label="Main">
      {shown.map((p) => {
        const on = isAt(p, path);
        return <Link key={p.to} to={p.to as "/tickets"} className={on ? "on" : ""} aria-current={on ? "page" : undefined}><p.icon size={20} stroke={1.75} aria-hidden /><span className="cut">{short[p.title] ?? p.title}</span></Link>;
      })}
      <button type="button" onClick={search}><IconSearch size={20} stroke={1.75} aria-hidden />Search</button>
      {rest.length > 0 && (
        <Menu position="top-end" width={208}>
          <Menu.Target><button type="button" className={inRest ? "on" : ""}>{inRest ? <inRest.icon size={20} stroke={1.75} aria-hidden /> : <IconDots size={20} stroke={1.75} aria-hidden />}<span className="cut">{inRest ? short[inRest.title] ?? inRest.title : "More"}</span></button></Menu.Target>
          <Menu.Dropdown>{rest.map((p) => <Menu.Item key={p.to} aria-current={p === inRest ? "page" : undefined} leftSection={<p.icon size={20} stroke={1.75} aria-hidden />} onClick={() => void go({ to: p.to as "/tickets" })}>{p.title}</Menu.Item>)}<Menu.Item leftSection={<IconBell size={20} stroke={1.75} aria-hidden />} onClick={() => void go({ to: "/notifications" as "/tickets" })}>Notifications</Menu.Item></Menu.Dropdown>
        </Menu>
      )}
    </nav>
  );
}
