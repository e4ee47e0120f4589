/** How fields of accounts, their values and their groups are said. */
import type { ReactNode } from "react";
import { Band } from "@/account/Band";
import { dateText } from "@/account/data";
import type { ReportAnswer, ReportField, ReportGroup } from "@/api/reports";
import { phrase } from "@/language/phrase";
import { When } from "@/ui/When";
import { plain, say } from "../chart/unit";

const fieldWord: Record<string, string> = {
  segment: "Segment", plan: "Plan", coverage: "Coverage", stage: "Stage", band: "Colour", band_was: "Colour before", score: "Score", observed: "Weight with data", csm: "Looked after by", team: "Team", parent: "Part of", revenue: "Yearly value", currency: "Currency",
  since: "Customer since", contract_start: "Contract began", renewal: "Renewal", renewal_days: "Days until the renewal", age_days: "Days as a customer", band_days: "Days in this colour", update: "Health update due",
};
const valueWord: Record<string, string> = { green: "Green", yellow: "Yellow", red: "Red", yes: phrase("Yes", "an answer"), no: phrase("No", "an answer"), pooled: "Pooled", onboarding: "Onboarding", implementation: "Implementation", adoption: "Adoption", growth: "Growth", will_churn: "Will churn", churned: "Churned" };

export const fieldTitle = (f: Pick<ReportField, "name" | "title">): string => fieldWord[f.name] ?? f.title;
export const wordOf = (f: ReportField, value: string): string => (f.words.some((w) => w.value === value) ? valueWord[value] ?? f.words.find((w) => w.value === value)!.title : value);

/** A number of a field: a share in percent, days, money in its currency. */
export function amountText(kind: ReportField["kind"] | "count", v: number | null, currency = ""): string {
  if (v === null) return phrase("no data");
  if (kind === "share") return say(v * 100, "percent");
  if (kind === "money") return say(Math.round(v), currency);
  return kind === "days" ? `${plain(v)} d` : plain(v);
}

export function cell(f: ReportField, v: unknown, currency: string): ReactNode {
  if (v === null || v === undefined || v === "") return "–";
  if (f.name === "band") return <Band band={String(v)} />;
  if (typeof v === "number") return amountText(f.kind, v, currency);
  if (f.kind === "date") return dateText(String(v));
  if (f.kind === "time") return <When at={String(v)} />;
  return wordOf(f, String(v));
}
export const isNumber = (f: ReportField): boolean => ["number", "share", "money", "days"].includes(f.kind);

export function groupName(g: ReportGroup, by: ReportField | null): string {
  if (g.key === "none") return by?.name === "band" ? phrase("No score") : by?.name === "csm" ? phrase("Nobody") : phrase("Not known");
  if (g.from === null && g.to === null) return valueWord[g.key.slice(1)] ?? g.label;
  const at = (v: number) => amountText(by?.kind ?? "number", v);
  if (g.from === null) return phrase(`Under ${at(g.to!)}`);
  return g.to === null ? phrase(`${at(g.from)} and more`) : phrase(`${at(g.from)} to under ${at(g.to)}`);
}

/** What the figure of an answer is, in words. */
export function figureName(a: Pick<ReportAnswer, "figure" | "value">): string {
  const of = a.value ? fieldTitle(a.value) : "";
  switch (a.figure) {
    case "sum": return phrase(`Sum: ${of}`);
    case "mean": return phrase(`Mean: ${of}`);
    case "median": return phrase(`Median: ${of}`);
    case "share": return of ? phrase(`Share: ${of}`) : phrase("Share of accounts");
    default: return of ? phrase(`Accounts with ${of}`) : phrase("Accounts");
  }
}
export const figureText = (a: Pick<ReportAnswer, "figure" | "value">, g: ReportGroup): string =>
  a.figure === "count" ? amountText("count", g.value) : a.figure === "share" ? amountText("share", g.value) : amountText(a.value?.kind ?? "number", g.value, g.currency);
