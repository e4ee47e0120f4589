/** A report as the text of a blueprint, and what a name may be. Pure. */
import type { ChartKind, Compare } from "@/api/insight";

export interface Draft {
  title: string; name: string; summary: string; indicator: string; chart: ChartKind; by: string; filter: string; every: string; period: string; compare: Compare; zone: string; filters: string[];
  mail: { every: string; on: string; day: number; time: string; zone: string; to: string[]; teams: string[] } | null;
}

/** Text as YAML reads it back: plain where that is safe, quoted elsewhere. */
export function scalar(s: string): string {
  const plain = /^[A-Za-z\u00C0-\u024F][\w\u00C0-\u024F .,()/%-]*$/.test(s) && !/\s$/.test(s) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(s);
  return plain ? s : JSON.stringify(s);
}
export const nameOf = (title: string): string => title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^[-0-9]+|-$/g, "").slice(0, 60).replace(/-$/, "");

/** Only what differs from what would be there anyway is written. */
export function textOf(d: Draft): string {
  const lines = ["kind: report", `name: ${d.name || nameOf(d.title)}`, `title: ${scalar(d.title)}`];
  const add = (key: string, value: string) => value && lines.push(`${key}: ${scalar(value)}`);
  add("summary", d.summary.trim());
  add("indicator", d.indicator);
  add("chart", d.chart);
  add("by", d.by);
  add("filter", d.filter);
  add("every", d.every);
  add("period", d.period);
  if (d.compare !== "previous") lines.push(`compare: ${d.compare === "none" ? '"none"' : d.compare}`);
  add("zone", d.zone);
  if (d.filters.length) lines.push(`filters: [${d.filters.map(scalar).join(", ")}]`);
  const m = d.mail;
  if (m) {
    lines.push("schedule:", `  every: ${m.every}`);
    if (m.every === "week") lines.push(`  on: ${JSON.stringify(m.on)}`);
    if (m.every === "month" && m.day > 1) lines.push(`  day: ${m.day}`);
    lines.push(`  time: ${JSON.stringify(m.time)}`);
    if (m.zone) lines.push(`  zone: ${scalar(m.zone)}`);
    lines.push(`  to: [${m.to.map(scalar).join(", ")}]`);
    if (m.teams.length) lines.push(`  teams: [${m.teams.map(scalar).join(", ")}]`);
  }
  return lines.join("\n") + "\n";
}
