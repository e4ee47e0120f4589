/** What a dry run is told: how steps turn out, and when what is waited for comes. */
import type { Answers } from "./Fields";

export interface Told { outcomes: Record<string, string>; /** Days, by wait. */ comes: Record<string, string>; needed: Record<string, boolean>; answers: Record<string, Answers> }
export const nothing: Told = { outcomes: {}, comes: {}, needed: {}, answers: {} };

/** As the API takes it: a day begins with its first minute. */
export const sentTold = (t: Told) => ({ ...t, comes: Object.fromEntries(Object.entries(t.comes).map(([step, day]) => [step, new Date(`${day}T00:00`).toISOString()])) });

/** Without one of its entries: then it goes by itself again. */
export function without<T>(of: Record<string, T>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(of).filter(([n]) => n !== name));
}
