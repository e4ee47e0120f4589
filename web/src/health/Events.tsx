/** Links to the events that a value or a change came from; each opens its reason. */
import { lazy, Suspense, useState } from "react";
import type { ID } from "@/api/types";

const Reason = lazy(() => import("@/why/Reason").then((m) => ({ default: m.Reason })));

export function Events({ ids }: { ids: ID[] }) {
  const [open, setOpen] = useState<ID | null>(null);
  return (
    <>It came from {ids.map((id, k) => <span key={id}>{k > 0 && ", "}<button type="button" className="link" onClick={() => setOpen(id)}>event {id}</button></span>)}.
      {open !== null && <Suspense fallback={null}><Reason path={`/events/${open}/why`} close={() => setOpen(null)} /></Suspense>}</>
  );
}
