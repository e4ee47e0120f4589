/** Says what became of a ticket that was merged or put away, with the way back. */
import { IconArrowMerge, IconBan, IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Ticket } from "@/api/types";
import { Btn } from "@/ui/Btn";
import { When } from "@/ui/When";
import { restore, undoMerge } from "./refresh";
import "./fate.css";

const p = { size: 16, stroke: 1.75, "aria-hidden": true } as const;

export function FateStrip({ ticket: t }: { ticket: Ticket }) {
  const q = useQueryClient();
  const [busy, setBusy] = useState(false);
  const run = (act: () => Promise<void>) => { setBusy(true); void act().finally(() => setBusy(false)); };
  if (t.hidden)
    return (
      <div className="banner attention fate" role="status">
        {t.hidden === "spam" ? <IconBan {...p} /> : <IconTrash {...p} />}
        <span className="grow"><b className="b6">{t.hidden === "spam" ? "Marked as spam" : "Deleted"}</b>{t.hidden_at && <> <When at={t.hidden_at} /></>}. It stands in no list and no search. {t.purge_at && <>It goes for good on <When at={t.purge_at} as="stamp" />.</>}</span>
        {t.can.restore && <Btn small busy={busy} onClick={() => run(() => restore(q, t.id))}>{t.hidden === "spam" ? "Not spam" : "Restore"}</Btn>}
      </div>
    );
  const m = t.merge;
  return (
    <div className="banner info fate" role="status">
      <IconArrowMerge {...p} />
      <span className="grow"><b className="b6">Merged into <Link className="link" to={`/tickets/${t.merged_into}` as "/tickets"}>ticket {t.merged_into}</Link></b>{m && <> by {m.by?.name ?? "Steward"}, <When at={m.at} /></>}. What is written to this one lands there.</span>
      {m?.undo_until && <Btn small busy={busy} tip="Put it back as it was; possible for a day" onClick={() => run(() => undoMerge(q, m))}>Undo the merge</Btn>}
    </div>
  );
}
