/** Whether a media query holds, from the first render on. */
import { useSyncExternalStore } from "react";

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (f) => {
      const m = matchMedia(query);
      m.addEventListener("change", f);
      return () => m.removeEventListener("change", f);
    },
    () => matchMedia(query).matches,
  );
}
export const usePages = () => useMedia("(max-width: 1023px)");
export const useNarrow = () => useMedia("(max-width: 600px)");
