/** For what cannot be undone: the first press asks in place, the safe answer has the focus. */
import { useState } from "react";
import { Btn } from "./Btn";

interface Props { ask: string; what: string; keep?: string; name: string; busy?: boolean; onYes: () => void | Promise<unknown> }
export function Sure({ ask, what, keep = "Keep it", name, busy, onYes }: Props) {
  const [asked, setAsked] = useState(false);
  if (!asked) return <Btn small kind="quiet" aria-label={name} onClick={() => setAsked(true)}>{ask}</Btn>;
  return (
    <span className="row wrap" style={{ justifyContent: "flex-end", gap: 6 }} onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); setAsked(false); } }}>
      <Btn small autoFocus onClick={() => setAsked(false)}>{keep}</Btn>
      <Btn small kind="bad" busy={busy} onClick={() => void Promise.resolve(onYes()).finally(() => setAsked(false))}>{what}</Btn>
    </span>
  );
}
