/** On the ticket that goes on: what was merged into it within the last day, with the way back. */
import { IconArrowMerge } from "@tabler/icons-react";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment, useState } from "react";
import { api } from "@/api/client";
import type { ID, Ticket, TicketMerge } from "@/api/types";
import { Btn } from "@/ui/Btn";
import { When } from "@/ui/When";
import { undoMerge } from "./refresh";
import "./fate.css";

const mergesQuery = (id: ID) => queryOptions({ queryKey: ["ticket", id, "merges"], queryFn: () => api.get<{ items: TicketMerge[] }>(`/tickets/${id}/merges`).then((r) => r.items) });

export function MergedHere({ ticket: t }: { ticket: Ticket }) {
  const merges = useQuery(mergesQuery(t.id)).data ?? [];
  return <>{merges.filter((m) => m.winner === t.id && m.undo_until).map((m) => <One key={m.id} merge={m} may={t.can.edit} />)}</>;
}

function One({ merge: m, may }: { merge: TicketMerge; may: boolean }) {
  const q = useQueryClient();
  const [busy, setBusy] = useState(false);
  return (
    <div className="banner info fate" role="status">
      <IconArrowMerge size={16} stroke={1.75} aria-hidden />
      <span className="grow">{m.by?.name ?? "Steward"} merged {m.tickets.slice(0, 5).map((id, i) => <Fragment key={id}>{i > 0 && ", "}<Link className="link" to={`/tickets/${id}` as "/tickets"}>ticket {id}</Link></Fragment>)}{m.tickets.length > 5 && ` and ${m.tickets.length - 5} more`} into this one, <When at={m.at} />. It can be undone until <When at={m.undo_until!} as="stamp" />.</span>
      {may && <Btn small busy={busy} onClick={() => { setBusy(true); void undoMerge(q, m).finally(() => setBusy(false)); }}>Undo the merge</Btn>}
    </div>
  );
}
