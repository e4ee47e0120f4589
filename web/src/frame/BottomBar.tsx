/** Under 600 px: the sections at the thumb. */
import { IconSearch } from "@tabler/icons-react";
import { Link, useRouterState } from "@tanstack/react-router";
import { useMe } from "@/app/session";
import { allowed, isAt, places } from "./places";

/** Words that fit a seventh of 360 px. */
const short: Record<string, string> = { Configuration: "Setup", Customers: "People", Engineering: "Issues" };

export function BottomBar({ search }: { search: () => void }) {
  const me = useMe();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const all = places.filter((p) => allowed(p, me.can) && p.to !== "/queue") /* reached from the list there */;
  return (
    <nav className="bar" aria-label="Main">
      {all.map((p) => {
        const on = isAt(p, path);
        return <Link key={p.to} to={p.to as "/tickets"} className={on ? "on" : ""} aria-current={on ? "page" : undefined}><p.icon size={20} stroke={1.75} aria-hidden /><span className="cut">{short[p.title] ?? p.title}</span></Link>;
      })}
      <button type="button" onClick={search}><IconSearch size={20} stroke={1.75} aria-hidden />Search</button>
    </nav>
  );
}
