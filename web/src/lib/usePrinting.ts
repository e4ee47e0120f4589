/** Whether the page is being printed, known before the browser lays the sheets out. */
import { useEffect, useState } from "react";
import { flushSync } from "react-dom";

export function usePrinting(): boolean {
  const [printing, set] = useState(false);
  useEffect(() => {
    const begin = () => flushSync(() => set(true));
    const end = () => set(false);
    addEventListener("beforeprint", begin);
    addEventListener("afterprint", end);
    return () => {
      removeEventListener("beforeprint", begin);
      removeEventListener("afterprint", end);
    };
  }, []);
  return printing;
}
