/** What applies now, and how it came to be. */
import { Link } from "@tanstack/react-router";

export function ConfigTabs({ at }: { at: "blueprints" | "changes" }) {
  return (
    <nav className="tabs" aria-label="Configuration">
      <Link to={"/configuration" as "/tickets"} className={at === "blueprints" ? "on" : ""} aria-current={at === "blueprints" ? "page" : undefined} activeProps={{}}>Blueprints</Link>
      <Link to={"/configuration/changes" as "/tickets"} className={at === "changes" ? "on" : ""} aria-current={at === "changes" ? "page" : undefined} activeProps={{}}>History</Link>
    </nav>
  );
}
