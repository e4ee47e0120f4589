/** Which bulk changes the tray shows: those started here, and those still running from before. Kept until put away. */
import { useSyncExternalStore } from "react";
import { api } from "@/api/client";
import type { Batch, ID, Page } from "@/api/types";
import { keep, kept } from "@/lib/kept";

let shown: ID[] = [];
const subs = new Set<() => void>();
const set = (next: ID[]) => {
  shown = next;
  subs.forEach((f) => f());
};
/** Words that were sent with a change which can be taken back, and where they were written: what they are kept as. */
export interface Sent { what: string; text: string; /** What else was chosen there. */ as?: Record<string, string> }
/** They outlive a reload, as what is typed does. */
const sent = (id: ID) => `sent.${id}`;
export const track = (b: Pick<Batch, "id">) => {
  if (!shown.includes(b.id)) set([b.id, ...shown].slice(0, 5));
};
/** Shows a change that somebody has sent, and keeps their words until it has begun. */
export function send(b: Pick<Batch, "id">, person: ID, words: Sent): void {
  keep(person, sent(b.id), JSON.stringify(words));
  track(b);
}
/** Puts the words where they were written; false when there are none. */
export function giveBack(id: ID, person: ID): boolean {
  const had = kept(person, sent(id));
  if (!had) return false;
  const words = JSON.parse(had) as Sent;
  for (const [what, text] of Object.entries({ ...words.as, [words.what]: words.text })) keep(person, what, text);
  left(id, person);
  return true;
}
/** They have left, or were given back: nobody needs them any more. */
export const left = (id: ID, person: ID): void => keep(person, sent(id), "");
export const putAway = (id: ID) => set(shown.filter((x) => x !== id));
export const inTray = (): ID[] => shown;
export const useTray = (): ID[] => useSyncExternalStore((f) => (subs.add(f), () => subs.delete(f)), inTray);

/** Shows again, after a reload, what is still under way. */
export async function recall(): Promise<void> {
  const { items } = await api.get<Page<Batch>>("/bulk", { limit: 5 });
  for (const b of items) if (b.state === "running" || b.state === "undoing") track(b);
}
