/** What a page of figures shows is in its address: period, choices, the open picture. Pure. */
import type { Ask, Board, BoardTile, Compare, Dimension, Period } from "@/api/insight";

export interface View {
  period: string; from: string; to: string; every: string; compare: Compare; zone: string;
  /** The day up to which is shown; known: as it was known then. */ asOf: string; known: boolean;
  /** The day that named periods are counted from; "" for today. */ day: string;
  /** The pictures shown as tables, by their places. */ tables: number[];
  choices: Record<string, string[]>;
  /** The open picture by its place, and what of it. */ open: number | null; part: string; by: string; key: string | null; point: string;
}
type Search = Record<string, string | undefined>;

const enc = (s: string) => encodeURIComponent(s).replaceAll("%20", "+");
const dec = (s: string) => { try { return decodeURIComponent(s.replaceAll("+", " ")); } catch { return s; } };
/** "ticket.team:support,billing;ticket.priority:urgent" */
export const readChoices = (text: string): Record<string, string[]> =>
  Object.fromEntries(text.split(";").filter((p) => p.includes(":")).map((p) => { const i = p.indexOf(":"); return [dec(p.slice(0, i)), p.slice(i + 1).split(",").map(dec)]; }));
export const writeChoices = (c: Record<string, string[]>): string => Object.entries(c).map(([k, v]) => `${enc(k)}:${v.map(enc).join(",")}`).join(";");

/** The group of records that have none: an address cannot say nothing. */
const NONE = "-";
export const writeKey = (key: string | undefined): string | undefined => (key === "" ? NONE : key);

/** The view an address stands for; what it does not say, the page does. */
export function readView(s: Search, page: Pick<Board, "period" | "compare" | "zone" | "filters">, zone: string): View {
  const own = Object.fromEntries(page.filters.filter((f) => f.values.length).map((f) => [f.dimension, f.values]));
  return {
    period: s.from && s.to ? "" : s.period ?? (page.period || "last-30-days"), from: s.from ?? "", to: s.to ?? "", every: s.every ?? "", compare: (s.compare as Compare) ?? (page.compare || "previous"), zone: s.zone || page.zone || zone,
    asOf: s.as_of ?? "", known: s.known !== "now", day: s.day ?? "", tables: (s.table ?? "").split(",").filter((t) => /^\d+$/.test(t)).map(Number), choices: s.where === undefined ? own : readChoices(s.where),
    open: s.open && /^\d+$/.test(s.open) ? Number(s.open) : null, part: s.part ?? "", by: s.by ?? "", key: s.key === undefined ? null : s.key === NONE ? "" : s.key, point: s.point ?? "",
  };
}

/**
 * What an address has to say so that it shows the same to everybody, on any day: the zone whose midnight begins a day, and the day that named periods
 * are counted from. Dates that somebody chose, and an earlier day that is looked from, say so themselves.
 */
export function pinned(s: Search, v: Pick<View, "period" | "zone" | "asOf" | "day">, today: string): Search {
  return { ...s, zone: v.zone, day: v.asOf || !v.period ? undefined : v.day || today };
}
/** A picture as a table, or as a picture again, as the address says it. */
export const withTable = (tables: number[], i: number, on: boolean): string | undefined => [...tables.filter((t) => t !== i), ...(on ? [i] : [])].sort((a, b) => a - b).join(",") || undefined;

/** A condition as filters are written: text in quotes, numbers bare, "" is "has none". */
export function condition(d: Dimension, keys: string[]): string {
  const one = (k: string) => (k === "" ? `!has(${d.name})` : `${d.name} == ${d.type === "text" ? JSON.stringify(k) : k}`);
  return keys.length === 1 ? one(keys[0]) : `(${keys.map(one).join(" || ")})`;
}
/** The choices that a picture knows, with its own filter, as one condition. */
export function filterOf(filter: string, choices: Record<string, string[]>, dimensions: Dimension[]): string {
  const all = dimensions.flatMap((d) => (choices[d.name]?.length ? [condition(d, choices[d.name])] : []));
  if (filter) all.unshift(all.length ? `(${filter})` : filter);
  return all.join(" && ");
}

const hours = 36e5;
const DAY = 24 * hours;
/** The day after a date, as a date: the end of a choice of days is its last day. */
export const nextDay = (date: string): string => new Date(Date.parse(date + "T12:00:00Z") + DAY).toISOString().slice(0, 10);

/** The period of a view. Dates that somebody chose have points that suit their length. */
export function periodOf(v: Pick<View, "period" | "from" | "to">, known: Period[] | undefined): Period | null {
  if (v.period) return known?.find((p) => p.name === v.period) ?? null;
  const days = (Date.parse(v.to) - Date.parse(v.from)) / DAY + 1;
  const every = days <= 2 ? "hour" : days <= 62 ? "day" : days <= 190 ? "week" : "month";
  return { name: "", title: "", from: v.from, to: nextDay(v.to), every, trend_from: v.from, trend_every: every, whole: false };
}

/** What a picture asks: over its period, or for a number over the short line that ends with it. */
export function askOf(t: Pick<BoardTile, "chart" | "by" | "filter" | "every" | "dimensions">, v: View, p: Period, trend = false): Ask {
  const number = t.chart === "number";
  const every = trend ? p.trend_every : t.chart === "heat-map" ? "hour" : t.every || v.every || p.every;
  return {
    from: trend ? p.trend_from : p.from, to: p.to, every, group: number || trend ? undefined : t.by || undefined, filter: filterOf(t.filter, v.choices, t.dimensions) || undefined, zone: v.zone,
    as_of: v.asOf ? nextDay(v.asOf) : undefined, known: v.asOf && v.known ? nextDay(v.asOf) : undefined, compare: v.compare === "none" || (trend && p.whole) ? undefined : v.compare,
  };
}
