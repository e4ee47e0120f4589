/** Which of the two floating panels is open: the palette or the key map. */
import { useSyncExternalStore } from "react";

type Panel = "palette" | "keys" | null;
let open: Panel = null;
const subs = new Set<() => void>();
const set = (p: Panel) => {
  open = p;
  subs.forEach((f) => f());
};
export const openPalette = () => set("palette");
export const openKeyMap = () => set("keys");
export const closePanel = () => set(null);
/** While a panel is open the page's own keys rest. */
export const panelIsOpen = () => open !== null;
export const usePanel = (): Panel => useSyncExternalStore((f) => (subs.add(f), () => subs.delete(f)), () => open);
