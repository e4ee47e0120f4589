/** People, organizations and teams are three lists of one place. */
import { useCan } from "@/app/session";
import { Link } from "@tanstack/react-router";

export function CustomerTabs({ at }: { at: "people" | "organizations" | "teams" }) {
  const teams = useCan("team.read");
  return (
    <nav className="tabs" aria-label="Customers">
      <Link to={"/people" as "/tickets"} className={at === "people" ? "on" : ""} aria-current={at === "people" ? "page" : undefined} activeProps={{}}>People</Link>
      <Link to={"/organizations" as "/tickets"} className={at === "organizations" ? "on" : ""} aria-current={at === "organizations" ? "page" : undefined} activeProps={{}}>Organizations</Link>
      {teams && <Link to={"/teams" as "/tickets"} className={at === "teams" ? "on" : ""} aria-current={at === "teams" ? "page" : undefined} activeProps={{}}>Teams</Link>}
    </nav>
  );
}
