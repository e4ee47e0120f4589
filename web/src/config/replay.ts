/** What a replay found, in words. */
import type { ReplayExample, ReplayLateness, ReplaySection, ReplayShare, ReplayTerm, ReplayTurn } from "@/api/configuration";
import { phrase } from "@/language/phrase";
import { stamp } from "@/lib/time";
import { metricWord, number } from "@/lib/words";

/** Kinds whose change a replay can tell something about. */
export const replayable = (kinds: string[]): boolean => kinds.some((k) => k === "sla" || k === "calendar" || k === "trigger" || k === "time_rule");

export const days = (since: string, until: string): number => Math.max(1, Math.round((Date.parse(until) - Date.parse(since)) / 86_400_000));

/** The lead sentence: "12 of 4,310 tickets" and "of the last 90 days would have breached that did not". */
export function lead(s: ReplaySection, d: number): { figure: string; rest: string } {
  const of = phrase(`of ${number(s.replayed)} ${s.records}`);
  const top = s.totals.find((x) => x.records > 0);
  if (!top) return { figure: `None ${of}`, rest: `of the last ${number(d)} days would have gone otherwise.` };
  return { figure: `${number(top.records)} ${of}`, rest: `of the last ${number(d)} days ${top.sentence}.` };
}

const term = (x: ReplayTerm | null): string => {
  if (!x) return phrase("no promise");
  if (x.breached_at) return phrase(`breached ${stamp(x.breached_at)}`);
  if (x.state === "met") return phrase("kept", "a promise");
  if (x.due_at) return phrase(`due ${stamp(x.due_at)}`);
  return x.state.replaceAll("_", " ");
};
const isTurn = (x: ReplayTerm | ReplayTurn | null): x is ReplayTurn => x !== null && "value" in x;
/** One record before and after: "kept" and "breached Tue 13:38"; null where a sentence says it better. */
export const story = (e: ReplayExample): [string, string] | null => (isTurn(e.before) || isTurn(e.after) ? null : [term(e.before), term(e.after)]);

/** What a group is about: a metric, a field, or what a trigger sent. */
export const aspectWord = (aspect: string): string => metricWord[aspect as keyof typeof metricWord] ?? (aspect === "note" ? "Internal note" : aspect.replace(/^attributes\./, "").replace(/^./, (c) => c.toUpperCase()).replaceAll("_", " "));

const hours = (minutes: number): string => (minutes < 24 * 60 ? phrase(`${minutes / 60} h`) : phrase(`${minutes / 60 / 24} d`));
/** A band of lateness: "In time", "Up to 1 h", "1 h to 4 h", "Over 7 d". */
export function bandWord(over: number, all: ReplayLateness[]): string {
  if (over < 0) return phrase("In time");
  const next = all.find((x) => x.over_minutes > over)?.over_minutes;
  if (next === undefined) return phrase(`Over ${hours(over)}`);
  return over === 0 ? phrase(`Up to ${hours(next)}`) : phrase(`${hours(over)} to ${hours(next)}`);
}

/** What tickets are counted by: "Team", "Organization", "Plan". */
export const facetWord = (by: string): string => (by === "team" ? phrase("Team") : by === "organization" ? phrase("Organization") : by.replace("organization.", "").replace(/^./, (c) => c.toUpperCase()).replace(/[_-]/g, " "));
export function shareName(s: ReplayShare): string {
  if (s.name === "*") return phrase("All others");
  if (s.title || s.name) return s.title || s.name;
  if (s.by === "organization") return s.id ? phrase(`Organization ${s.id}`) : phrase("No organization");
  return s.by === "team" ? phrase("No team") : phrase("Not set");
}
