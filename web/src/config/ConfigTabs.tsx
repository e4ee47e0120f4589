/** What applies now, what waits, what happens by itself, and how it came to be. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { requestsQuery } from "@/api/query";
import { useCan } from "@/app/session";

const tabs = [["blueprints", "", "Blueprints"], ["requests", "/requests", "Requests"], ["rules", "/rules", "Rules"], ["webhooks", "/webhooks", "Webhooks"], ["changes", "/changes", "History"]] as const;

export function ConfigTabs({ at }: { at: (typeof tabs)[number][0] }) {
  const webhooks = useCan("webhook.read");
  const apply = useCan("blueprint.apply");
  const open = useInfiniteQuery({ ...requestsQuery("open"), staleTime: 60_000 }).data?.pages[0].items ?? [];
  const mine = open.filter((r) => r.may_approve).length;
  return (
    <nav className="tabs" aria-label="Configuration">
      {tabs.filter(([k]) => k !== "webhooks" || webhooks).map(([k, path, word]) => (
        <Link key={k} to={`/configuration${path}` as "/tickets"} className={at === k ? "on" : ""} aria-current={at === k ? "page" : undefined} activeProps={{}}>{word}{k === "requests" && mine > 0 && <span className="tag attention">{mine} for you</span>}</Link>
      ))}
      {apply && <Link to={"/first-run" as "/tickets"} activeProps={{}}>First run</Link>}
    </nav>
  );
}
