/** Which bulk changes the tray shows: those started here, and those still running from before. Kept until put away. */
import { useSyncExternalStore } from "react";
import { api } from "@/api/client";
import type { Batch, ID, Page } from "@/api/types";

let shown: ID[] = [];
const subs = new Set<() => void>();
const set = (next: ID[]) => {
  shown = next;
  subs.forEach((f) => f());
};
/** What gives the words back that were sent with a change which can be taken back. */
const words = new Map<ID, () => void>();
export const track = (b: Pick<Batch, "id">, back?: () => void) => {
  if (back) words.set(b.id, back);
  if (!shown.includes(b.id)) set([b.id, ...shown].slice(0, 5));
};
/** Gives them back; false when there are none. */
export function giveBack(id: ID): boolean {
  const back = words.get(id);
  words.delete(id);
  back?.();
  return !!back;
}
export const putAway = (id: ID) => set(shown.filter((x) => x !== id));
export const inTray = (): ID[] => shown;
export const useTray = (): ID[] => useSyncExternalStore((f) => (subs.add(f), () => subs.delete(f)), inTray);

/** Shows again, after a reload, what is still under way. */
export async function recall(): Promise<void> {
  const { items } = await api.get<Page<Batch>>("/bulk", { limit: 5 });
  for (const b of items) if (b.state === "running" || b.state === "undoing") track(b);
}
