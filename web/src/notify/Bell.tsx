/** The bell of the rail: how much is unread, and the browser's own notices for what one chose. Loaded after the first paint. */
import { IconBell } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { read, write } from "@/lib/store";
import { countText } from "@/lib/words";
import { Tip } from "@/ui/Tip";
import "./notify.css";
import { latestQuery, says, wayTo } from "./query";

export function Bell({ wide, on }: { wide: boolean; on: boolean }) {
  const go = useNavigate();
  const latest = useQuery(latestQuery).data;
  const kept = read("newest-news");
  const seen = useRef(kept === null ? null : Number(kept));
  useEffect(() => {
    if (!latest) return;
    const newest = latest.items[0]?.id ?? 0, was = seen.current;
    if (was !== null && newest <= was) return;
    const fresh = was === null ? [] : latest.items.filter((n) => n.id > was && n.browser && !n.read_at); // the first look shows none
    seen.current = newest;
    write("newest-news", String(newest));
    if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
    for (const n of fresh.slice(0, 3)) {
      let shown: Notification;
      try { shown = new Notification(says(n), { body: n.subject, tag: `steward-${n.id}` }); } catch { return; } // some browsers show none from a page
      shown.onclick = () => { window.focus(); shown.close(); void go(wayTo(n.path || "/notifications")); };
    }
  }, [latest, go]);
  const unread = latest?.unread.count ?? 0;
  const name = unread > 0 ? `Notifications, ${countText(latest!.unread)} not read` : "Notifications";
  return (
    <Tip side="right" label={name} disabled={wide}>
      <Link to={"/notifications" as "/tickets"} className={on ? "item on" : "item"} aria-current={on ? "page" : undefined} aria-label={name} activeProps={{}}>
        <span className="bell"><IconBell size={20} stroke={1.75} aria-hidden />{unread > 0 && <i />}</span><span className="lbl cut">Notifications</span>{unread > 0 && <span className="n">{countText(latest!.unread)}</span>}
      </Link>
    </Tip>
  );
}
