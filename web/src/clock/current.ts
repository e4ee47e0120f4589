/** Which of a ticket's clocks the strip shows: the open ones and what just came before; the rest is history. */
import type { Clock } from "@/api/types";
import { leadingClock } from "@/lib/words";

const open = (c: Clock) => c.state === "running" || c.state === "breached" || c.state === "paused";
const ms = (iso: string) => Date.parse(iso);

/**
 * Open clocks stay. Of each other metric the newest stays too, unless it began so long before the
 * open ones that it would squeeze them into a corner of the picture.
 */
export function current(clocks: Clock[]): { shown: Clock[]; earlier: Clock[] } {
  const live = clocks.filter(open);
  const newest = new Map<string, Clock>();
  for (const c of clocks) if (!open(c) && !live.some((l) => l.metric === c.metric)) newest.set(c.metric, c);
  const from = Math.min(...live.map((c) => ms(c.window.from)));
  const span = Math.max(...live.map((c) => ms(c.window.to))) - from;
  const fits = (c: Clock) => live.length === 0 || ms(c.window.from) >= from - 3 * span;
  const keep = new Set([...live, ...[...newest.values()].filter(fits)]);
  if (live.length === 0 && keep.size > 1) {
    // All is over: only what ended last, unless it happened together.
    const last = [...keep].reduce((a, b) => (ms(b.window.to) > ms(a.window.to) ? b : a));
    const width = ms(last.window.to) - ms(last.window.from);
    for (const c of keep) if (ms(c.window.from) < ms(last.window.from) - 3 * width) keep.delete(c);
  }
  return { shown: clocks.filter((c) => keep.has(c)), earlier: clocks.filter((c) => !keep.has(c)) };
}

/** How many clocks stand in the head before all but the one that matters are folded. */
const FEW = 2;

/**
 * The rows of the strip. Few clocks are all shown; of many, the one that matters, until somebody
 * asks for the rest. `late` counts the folded ones that are past due now.
 */
export function rows(clocks: Clock[], all: boolean): { rows: Clock[]; folded: Clock[]; late: number } {
  const { shown } = current(clocks);
  const lead = leadingClock(shown);
  const kept = all ? clocks : shown.length <= FEW ? shown : shown.filter((c) => c === lead);
  const folded = clocks.filter((c) => !kept.includes(c));
  return { rows: kept, folded, late: folded.filter((c) => open(c) && (c.state === "breached" || (c.left_minutes ?? 0) < 0)).length };
}
