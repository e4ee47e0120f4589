/** What customers wait for, what is known to be wrong, and where engineers keep their issues. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useCan } from "@/app/session";

const tabs = [["issues", "/issues", "Issues"], ["known", "/known-issues", "Known issues"], ["articles", "/articles", "Articles"], ["trackers", "/trackers", "Trackers"]] as const;

export function EngineeringHead({ at, sub, children }: { at: (typeof tabs)[number][0]; sub: string; children?: ReactNode }) {
  const known = useCan("known_issue.read"), articles = useCan("blueprint.read");
  return (
    <>
      <header className="top"><div className="row wrap" style={{ gap: 12 }}><div className="grow" style={{ flexBasis: 240 }}><h1 className="t20 b6">Engineering</h1><p className="sub">{sub}</p></div>{children}</div></header>
      <nav className="tabs" aria-label="Engineering">
        {tabs.filter(([k]) => (k !== "known" || known) && (k !== "articles" || articles)).map(([k, to, word]) => <Link key={k} to={to as "/tickets"} className={at === k ? "on" : ""} aria-current={at === k ? "page" : undefined} activeProps={{}}>{word}</Link>)}
      </nav>
    </>
  );
}
