/** Who is signed in, for every component under the frame. */
import { createContext, useContext } from "react";
import type { Me } from "@/api/types";

const Context = createContext<Me | null>(null);
export const SessionProvider = Context.Provider;

export function useMe(): Me {
  const me = useContext(Context);
  if (!me) throw new Error("useMe is for components under the frame");
  return me;
}
export function useCan(action: string): boolean {
  return useMe().can.includes(action);
}
