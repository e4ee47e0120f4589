/** People and organizations are two lists of one place. */
import { Link } from "@tanstack/react-router";

export function CustomerTabs({ at }: { at: "people" | "organizations" }) {
  return (
    <nav className="tabs" aria-label="Customers">
      <Link to={"/people" as "/tickets"} className={at === "people" ? "on" : ""} aria-current={at === "people" ? "page" : undefined} activeProps={{}}>People</Link>
      <Link to={"/organizations" as "/tickets"} className={at === "organizations" ? "on" : ""} aria-current={at === "organizations" ? "page" : undefined} activeProps={{}}>Organizations</Link>
    </nav>
  );
}
