/** Whether a media query holds, from the first render on. */
import { useSyncExternalStore } from "react";
import { isPrinting } from "./usePrinting";

/** What held last on screen. A sheet of paper is narrow, but it is no other screen: what is shown stays where it is. */
const held = new Map<string, boolean>();
const matches = (query: string): boolean => {
  const was = held.get(query);
  if (was !== undefined && isPrinting()) return was;
  const is = matchMedia(query).matches;
  held.set(query, is);
  return is;
};

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (f) => {
      const m = matchMedia(query);
      m.addEventListener("change", f);
      return () => m.removeEventListener("change", f);
    },
    () => matches(query),
  );
}
export const usePages = () => useMedia("(max-width: 1023px)");
export const useNarrow = () => useMedia("(max-width: 600px)");
