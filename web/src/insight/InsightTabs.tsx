/** The head of every page of insight: where one is, and the way to the others. */
import { IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { phrase } from "@/language/phrase";

export function InsightTabs({ on, children }: { on: "boards" | "indicators" | "documentation" | "build"; children?: ReactNode }) {
  const tab = (k: string, to: string, word: string) => <Link to={to as "/tickets"} className={on === k ? "on" : ""} aria-current={on === k ? "page" : undefined}>{word}</Link>;
  return (
    <nav className="tabs" aria-label="Insight" style={{ background: "var(--surface)", height: 48, alignItems: "stretch" }}>
      <h1 className="t20 b6" style={{ alignSelf: "center" }}>Insight</h1>
      {tab("boards", "/insight", "Dashboards and reports")}{tab("indicators", "/insight/indicators", phrase("Indicators"))}{tab("documentation", "/insight/documentation", phrase("Documentation"))}
      <span className="grow" /><span className="row">{children}</span>
      {on !== "build" && <Link to={"/insight/build" as "/tickets"} className="btn sm" style={{ alignSelf: "center" }}><IconPlus size={16} stroke={1.75} aria-hidden />Build a report</Link>}
    </nav>
  );
}
