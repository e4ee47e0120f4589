/** What can become of a ticket from its menu, and the messages chosen for a split. */
import { createContext, useEffect, useMemo, useState } from "react";

export type FateAct = "merge" | "split" | "problem" | "redact";
/** All but redacting have a pane beside the conversation. */
export const paneOf = (a: FateAct | null): a is "merge" | "split" | "problem" => a !== null && a !== "redact";

export interface Picked { ids: ReadonlySet<number>; toggle: (id: number) => void }
const Context = createContext<Picked | null>(null);
/** The messages of the conversation offer themselves while this has a value. */
export const Picking = Context;

export function usePicking(on: boolean): Picked | null {
  const [ids, setIds] = useState<ReadonlySet<number>>(new Set());
  useEffect(() => { if (!on) setIds(new Set()); }, [on]);
  return useMemo(() => (on ? { ids, toggle: (id) => setIds((s) => {
    const n = new Set(s);
    if (!n.delete(id)) n.add(id);
    return n;
  }) } : null), [on, ids]);
}
