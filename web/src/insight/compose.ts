/** A report as the text of a blueprint, and what a name may be. Pure. */
import type { Board, ChartKind, Compare, OwnSpec } from "@/api/insight";

export interface Draft {
  title: string; name: string; summary: string; indicator: string; /** Of a funnel: what comes after the figure itself. */ steps: string[]; chart: ChartKind; by: string; filter: string; every: string; period: string; compare: Compare; zone: string; filters: string[];
  mail: MailPlan | null;
}
/** When a page is mailed, and to whom. */
export interface MailPlan { every: string; on: string; day: number; time: string; zone: string; to: string[]; teams: string[] }
export const mailIn = (b: Pick<Board, "mail">): MailPlan | null => b.mail && { every: b.mail.every, on: b.mail.on || "mon", day: b.mail.day || 1, time: b.mail.time, zone: b.mail.zone, to: b.mail.to, teams: b.mail.teams };

/** Text as YAML reads it back: plain where that is safe, quoted elsewhere. */
export function scalar(s: string): string {
  const plain = /^[A-Za-z\u00C0-\u024F][\w\u00C0-\u024F .,()/%-]*$/.test(s) && !/\s$/.test(s) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(s);
  return plain ? s : JSON.stringify(s);
}
export const nameOf = (title: string): string => title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^[-0-9]+|-$/g, "").slice(0, 60).replace(/-$/, "");

/** Only what differs from what would be there anyway is written. */
export function textOf(d: Draft): string {
  const lines = [/* as is */ "kind: report", `name: ${d.name || nameOf(d.title)}`, `title: ${scalar(d.title)}`];
  const add = (key: string, value: string) => value && lines.push(`${key}: ${scalar(value)}`);
  add("summary", d.summary.trim());
  if (isFunnel(d)) lines.push(`steps: [${stepsOf(d).map(scalar).join(", ")}]`);
  else add("indicator", d.indicator);
  add("chart", d.chart);
  add("by", d.by);
  add("filter", d.filter);
  add("every", d.every);
  add("period", d.period);
  if (d.compare !== "previous") lines.push(`compare: ${d.compare === "none" ? '"none"' : d.compare}`);
  add("zone", d.zone);
  if (d.filters.length) lines.push(`filters: [${d.filters.map(scalar).join(", ")}]`);
  return [...lines, ...mailLines(d.mail)].join("\n") + "\n";
}

/** A schedule as the lines of a blueprint. */
export function mailLines(m: MailPlan | null): string[] {
  if (!m) return [];
  const lines = ["schedule:", `  every: ${m.every}`];
  if (m.every === "week") lines.push(`  on: ${JSON.stringify(m.on)}`);
  if (m.every === "month" && m.day > 1) lines.push(`  day: ${m.day}`);
  lines.push(`  time: ${JSON.stringify(m.time)}`);
  if (m.zone) lines.push(`  zone: ${scalar(m.zone)}`);
  lines.push(`  to: [${m.to.map(scalar).join(", ")}]`);
  if (m.teams.length) lines.push(`  teams: [${m.teams.map(scalar).join(", ")}]`);
  return lines;
}

export const isFunnel = (d: Pick<Draft, "chart" | "steps">): boolean => d.chart === "funnel" && d.steps.length > 0;
export const stepsOf = (d: Pick<Draft, "chart" | "steps" | "indicator">): string[] => (isFunnel(d) ? [d.indicator, ...d.steps] : []);

/** The same as a report of one's own says it. */
export function ownSpec(d: Draft): OwnSpec {
  const text = (s: string) => s.trim() || undefined;
  return { summary: text(d.summary), indicator: isFunnel(d) ? undefined : d.indicator, steps: isFunnel(d) ? stepsOf(d) : undefined, chart: d.chart, by: isFunnel(d) ? undefined : text(d.by), filter: text(d.filter), every: text(d.every), period: text(d.period), compare: d.compare, zone: text(d.zone), filters: d.filters.length ? d.filters : undefined };
}

/** What a draft changes of a report that is there: each field with its new value, null to take it away. All else of its text stays. */
export function changesOf(old: Draft, d: Draft, was: Pick<Board, "filters">, dimensions: { name: string; title: string }[] = []): { path: string; value: unknown }[] {
  const out: { path: string; value: unknown }[] = [];
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const none = (v: unknown) => v === "" || v === undefined || v === null || (Array.isArray(v) && v.length === 0);
  const set = (path: string, before: unknown, now: unknown) => { if (!same(before, now) && !(none(before) && none(now))) out.push({ path, value: none(now) ? null : now }); };
  const single = (x: Draft) => (isFunnel(x) ? "" : x.indicator);
  set("title", old.title, d.title.trim());
  set("summary", old.summary, d.summary.trim());
  set("indicator", single(old), single(d));
  set("steps", stepsOf(old), stepsOf(d));
  for (const k of ["chart", "by", "filter", "every", "period", "compare", "zone"] as const) set(k, old[k], d[k]);
  const choice = (name: string) => {
    const f = was.filters.find((x) => x.dimension === name), title = f && f.title !== dimensions.find((x) => x.name === name)?.title ? f.title : undefined;
    return f && (f.values.length || title) ? { dimension: name, ...(title ? { title } : {}), ...(f.values.length ? { values: f.values } : {}) } : name;
  };
  if (!same(old.filters, d.filters)) out.push({ path: "filters", value: d.filters.length ? d.filters.map(choice) : null });
  return [...out, ...mailChanges(old.mail, d.mail)];
}

/** What another schedule changes: each of its fields, or the whole where one side has none. */
export function mailChanges(a: MailPlan | null, b: MailPlan | null): { path: string; value: unknown }[] {
  if (!a || !b) return a === b ? [] : [{ path: "schedule", value: b && mailOf(b) }];
  const x: Record<string, unknown> = mailOf(a), y: Record<string, unknown> = mailOf(b), none = (v: unknown) => v === undefined || (Array.isArray(v) && v.length === 0);
  return Object.keys({ ...x, ...y }).filter((k) => JSON.stringify(x[k]) !== JSON.stringify(y[k]) && !(none(x[k]) && none(y[k]))).map((k) => ({ path: `schedule.${k}`, value: none(y[k]) ? null : y[k] }));
}
const mailOf = (m: NonNullable<Draft["mail"]>) => ({ every: m.every, ...(m.every === "week" ? { on: m.on } : {}), ...(m.every === "month" && m.day > 1 ? { day: m.day } : {}), time: m.time, ...(m.zone ? { zone: m.zone } : {}), to: m.to, ...(m.teams.length ? { teams: m.teams } : {}) });
