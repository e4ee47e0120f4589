/** Health in words: colours, causes, values. */
import type { Cause, Colour, HealthLeaf, HealthPart, LeafState } from "@/api/health";
import { locale } from "@/language/language";
import { inside, percent } from "@/lib/words";

export const colourWord: Record<Colour, string> = { red: "Red", yellow: "Yellow", green: "Green", "": "No score" };
export const stateWord: Record<LeafState, string> = { scored: "", no_data: "No data", stale: "Too old", not_applicable: "Does not apply", no_band: "No colour for it" };
export const causeWord: Record<Cause, string> = {
  data: "Data", account: "Other bands for the account", staleness: "Data grew old", redistribution: "Weight moved", override: "Override", blueprint: "Scorecard changed", below: "Account below", below_weights: "Weights of the accounts below",
};
const two = new Intl.NumberFormat(locale(), { minimumFractionDigits: 2, maximumFractionDigits: 2 });
export const points = (v: number | null): string => (v === null ? "–" : two.format(v));
/** A change with its sign, as people add up. */
export const signed = (v: number): string => (v > 0 ? "+" : v < 0 ? "−" : "") + two.format(Math.abs(v));
const some = new Intl.NumberFormat(locale(), { maximumFractionDigits: 3 });
/** What kind of number a measure's value is: days, or a share that is read in percent. */
export type Counted = Pick<HealthLeaf, "days" | "share">;
export function valueWords(value: unknown, of?: Counted): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return of?.days ? `${some.format(Math.floor(value))} ${Math.floor(value) === 1 ? "day" : "days"}` : of?.share ? percent(value * 100, 1) : some.format(value);
  return String(value);
}
export const leafWords = (l: Pick<HealthLeaf, "state" | "value" | "days" | "share">): string => (l.state === "scored" ? valueWords(l.value, l) : stateWord[l.state]);
/** How a measure went from one side to the other: "yellow to red". */
export function sides(p: HealthPart): string {
  if (!p.from || !p.to) return "";
  const word = (s: NonNullable<HealthPart["from"]>) => (s.state === "scored" ? colourWord[s.colour].toLowerCase() : inside(stateWord[s.state]));
  return word(p.from) === word(p.to) ? "" : `${word(p.from)} to ${word(p.to)}`;
}
