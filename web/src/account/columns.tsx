/** What a table of accounts can show beside name and health. */
import type { ReactNode } from "react";
import { PlanName } from "@/field/PlanName";
import { money } from "@/lib/money";
import { away, dateText, stageWord, type Account } from "./data";
import { UpdateDue } from "./UpdateDue";
import type { Column } from "./view";

export const titles: Record<Column, string> = { segment: "Segment", coverage: "Coverage", plan: "Plan", stage: "Stage", revenue: "Yearly value", renewal: "Renewal", csm: "Looked after by", team: "Team", since: "Customer since", update: "Health update", observed: "Weight with data" };
export const widths: Record<Column, number> = { segment: 120, coverage: 90, plan: 100, stage: 120, revenue: 130, renewal: 190, csm: 150, team: 140, since: 120, update: 196, observed: 130 };

export function cell(c: Column, a: Account): ReactNode {
  switch (c) {
    case "revenue": return a.revenue ? money(a.revenue, a.currency) : "–";
    case "renewal": return a.renewal ? <span title={dateText(a.renewal)}>{dateText(a.renewal)}, {away(a.renewal)}</span> : "–";
    case "coverage": return a.coverage === "pooled" ? "Pooled" : a.coverage || "–";
    case "stage": return stageWord[a.stage] ?? a.stage;
    case "csm": return a.csm?.name ?? "Nobody";
    case "team": return a.team?.name ?? "–";
    case "since": return a.since ? dateText(a.since) : "–";
    case "update": return a.update ? <UpdateDue u={a.update} /> : "–";
    case "plan": return a.plan ? <PlanName plan={a.plan} /> : "–";
    case "observed": return a.observed === null ? "–" : `${Math.round(a.observed * 100)}%`;
    default: return a[c] || "–";
  }
}
