/** The rail: where one can go, the open count of the desk, search, and the person. Opens to show the words. */
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand, IconSearch } from "@tabler/icons-react";
import { Link, useRouterState } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { placesQuery, viewsQuery, workCountsQuery } from "@/api/query";
import { useMe } from "@/app/session";
import { useStored } from "@/lib/store";
import { countText } from "@/lib/words";
import { Keys } from "@/ui/Keys";
import { Tip } from "@/ui/Tip";
import { openCount } from "@/work/groups";
import { Mark } from "./Mark";
import { allowed, isAt, places } from "./places";
import { Self } from "./Self";

const Bell = lazy(() => import("@/notify/Bell").then((m) => ({ default: m.Bell })));

export function Rail({ search }: { search: () => void }) {
  const me = useMe();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const [open, setOpen] = useStored("rail", "closed");
  const wide = open === "open";
  const views = useQuery(viewsQuery);
  const work = useQuery({ ...workCountsQuery, enabled: me.can.includes("ticket.read") });
  const waiting = useQuery({ ...placesQuery, enabled: me.can.includes("ticket.write") }).data;
  const aside = (waiting?.web_requests?.count ?? 0) + (waiting?.suspended_mail?.count ?? 0);
  const mine = views.data?.find((v) => v.default) ?? views.data?.[0];
  const Toggle = wide ? IconLayoutSidebarLeftCollapse : IconLayoutSidebarLeftExpand;
  return (
    <nav className={`rail${wide ? " open" : ""}`} aria-label="Main">
      <div className="row" style={{ gap: 10, marginBottom: 12 }}><Mark /><span className="org b6 t14 cut">{me.workspace.name}</span></div>
      {places.filter((p) => allowed(p, me.can)).map((p) => {
        const on = isAt(p, path);
        return (
          <Tip key={p.to} side="right" label={<>{p.title}<Keys of={`g ${p.letter}`} /></>} disabled={wide}>
            <Link to={p.to as "/tickets"} className={on ? "item on" : "item"} aria-current={on ? "page" : undefined} aria-label={p.title} activeProps={{}}>
              <p.icon size={20} stroke={1.75} aria-hidden /><span className="lbl cut">{p.title}</span>
              {p.to === "/work" && work.data && <span className="n">{countText(openCount(work.data))}</span>}
              {p.to === "/queue" && (waiting?.attention_mine?.count ?? 0) > 0 && <span className="n" title="Attention asked of you">{countText(waiting!.attention_mine)}</span>}
              {p.to === "/mail/outbox" && aside > 0 && <span className="n" title="Web requests and suspended mail to look at">{countText({ count: Math.min(aside, 1000), capped: aside > 1000 || !!waiting?.web_requests?.capped || !!waiting?.suspended_mail?.capped })}</span>}
              {p.to === "/tickets" && mine && <span className="n">{countText(mine.count)}</span>}
            </Link>
          </Tip>
        );
      })}
      <span className="sp" />
      <Suspense><Bell wide={wide} on={path === "/notifications"} /></Suspense>
      <Tip side="right" label={<>Search and commands<Keys of="mod+k" /></>} disabled={wide}>
        <button type="button" className="item" onClick={search} aria-label="Search and commands"><IconSearch size={20} stroke={1.75} aria-hidden /><span className="lbl">Search</span><span className="n"><Keys of="mod+k" /></span></button>
      </Tip>
      <Tip side="right" label={wide ? "Fold the rail" : "Open the rail"}>
        <button type="button" className="item" onClick={() => setOpen(wide ? "closed" : "open")} aria-label={wide ? "Fold the rail" : "Open the rail"} aria-expanded={wide}><Toggle size={20} stroke={1.75} aria-hidden /><span className="lbl">Fold</span></button>
      </Tip>
      <Self />
    </nav>
  );
}
