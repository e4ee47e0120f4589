/** The present, ticking: components that show distances re-render every so often. */
import { useEffect, useState } from "react";
import { now } from "./time";

export function useNow(every = 20_000): number {
  const [t, set] = useState(now);
  useEffect(() => {
    const id = setInterval(() => set(now()), every);
    return () => clearInterval(id);
  }, [every]);
  return t;
}
