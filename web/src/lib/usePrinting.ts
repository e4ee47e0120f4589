/** Whether the page is being printed, known before the browser lays the sheets out. */
import { useSyncExternalStore } from "react";
import { flushSync } from "react-dom";

let printing = false;
const subs = new Set<() => void>();
const set = (on: boolean) => {
  printing = on;
  flushSync(() => subs.forEach((f) => f()));
};
if (typeof window !== "undefined") {
  addEventListener("beforeprint", () => set(true));
  addEventListener("afterprint", () => set(false));
}

export const isPrinting = (): boolean => printing;
export const usePrinting = (): boolean => useSyncExternalStore((f) => (subs.add(f), () => subs.delete(f)), isPrinting);
