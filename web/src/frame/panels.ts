/** Which of the floating panels is open: the palette, the key map, or the reason of a refusal. */
import { useSyncExternalStore } from "react";

type Panel = "palette" | "keys" | { why: string } | null;
let open: Panel = null;
const subs = new Set<() => void>();
const set = (p: Panel) => {
  open = p;
  subs.forEach((f) => f());
};
/** What was typed before the palette itself was there, and whether Enter was pressed. */
export const typed = { text: "", entered: false };
export const openPalette = () => {
  Object.assign(typed, { text: "", entered: false });
  set("palette");
};
export const openKeyMap = () => set("keys");
/** Shows the explanation behind a path such as /access/why?action=edit&kind=ticket. */
export const openReason = (why: string) => set({ why });
export const closePanel = () => set(null);
/** While a panel is open the page's own keys rest. */
export const panelIsOpen = () => open !== null;
export const usePanel = (): Panel => useSyncExternalStore((f) => (subs.add(f), () => subs.delete(f)), () => open);
