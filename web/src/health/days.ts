/** Days that are picked for an account's health, in the address: as known on one, and the change between two. Pure. */
export interface Days { /** As known at the end of this day. */ on?: string; from?: string; to?: string }

const form = /^\d{4}-\d{2}-\d{2}$/;
const ok = (d?: string): string | undefined => (d && form.test(d) && !Number.isNaN(Date.parse(d)) ? d : undefined);

/** What an address says of days; what is no day is passed over. */
export const daysOf = (s: Record<string, string | undefined>): Days => ({ on: ok(s.on), from: ok(s.from), to: ok(s.to) });

/** The end of a day in UTC, so that a link shows the same everywhere; of today and later none: now. */
export function endOf(day: string | undefined, now: number): string | undefined {
  if (!day) return undefined;
  const end = Date.parse(`${day}T23:59:59.999Z`);
  return end >= now ? undefined : new Date(end).toISOString();
}
/** Whether the change between two days can be told: the later one lies behind the first. */
export const between = (d: Days): boolean => !!d.from && (!d.to || d.from < d.to);
