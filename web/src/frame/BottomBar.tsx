/** Under 600 px: the sections at the thumb. What does not fit 360 px is behind More. */
import { IconDots, IconSearch } from "@tabler/icons-react";
import { Link, useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "@/app/session";
import { phrase } from "@/language/phrase";
import { later } from "@/lib/idle";
import { Opens } from "@/ui/Opens";
import { allowed, isAt, places } from "./places";

const BarMenu = later(() => import("./BarMenu").then((m) => m.BarMenu));

/** Words that fit a sixth of 360 px. */
const short: Record<string, string> = {
  "/work": phrase("My work", "short, at the foot of a small screen"), "/queue": phrase("Queue", "short, at the foot of a small screen"), "/people": phrase("People", "short, at the foot of a small screen"),
  "/issues": phrase("Issues", "short, at the foot of a small screen"), "/configuration": phrase("Setup", "short, at the foot of a small screen"),
};
/** How many sections stand in the bar besides search and More. */
const most = 4;

export function BottomBar({ search }: { search: () => void }) {
  const me = useMe();
  const [open, setOpen] = useState(false);
  const path = useRouterState({ select: (s) => s.location.pathname });
  const all = places.filter((p) => allowed(p, me.can));
  const shown = all.length <= most + 1 ? all : all.slice(0, most);
  const rest = all.slice(shown.length);
  const inRest = rest.find((p) => isAt(p, path));
  return (
    <nav className="bar" aria-label="Main">
      {shown.map((p) => {
        const on = isAt(p, path);
        return <Link key={p.to} to={p.to as "/tickets"} className={on ? "on" : ""} aria-current={on ? "page" : undefined}><p.icon size={20} stroke={1.75} aria-hidden /><span className="cut">{short[p.to] ?? p.title}</span></Link>;
      })}
      <button type="button" onClick={search}><IconSearch size={20} stroke={1.75} aria-hidden />Search</button>
      {rest.length > 0 && (
        <Opens kind="menu" opened={open} onChange={setOpen} button={<button type="button" className={inRest ? "on" : ""}>{inRest ? <inRest.icon size={20} stroke={1.75} aria-hidden /> : <IconDots size={20} stroke={1.75} aria-hidden />}<span className="cut">{inRest ? short[inRest.to] ?? inRest.title : "More"}</span></button>}>
          {(at) => <BarMenu at={at} rest={rest} here={inRest} />}
        </Opens>
      )}
    </nav>
  );
}
