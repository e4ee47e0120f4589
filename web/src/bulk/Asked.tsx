/** What guards said in a bulk change: their sentence, how many tickets, and the way on when they only ask. */
import { IconShieldQuestion, IconShieldX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import type { Batch } from "@/api/types";
import { plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail } from "@/ui/notify";
import { track } from "./tray";

export function Asked({ batch: b, small }: { batch: Batch; small?: boolean }) {
  const q = useQueryClient();
  const [busy, setBusy] = useState(false);
  if (b.guards.length === 0 || b.state === "running") return null;
  // Where every ticket was refused, there is nothing to go on with.
  const refused = b.guards.some((g) => g.mode === "stop" && g.tickets >= b.failed);
  const asks = b.guards.filter((g) => g.mode === "ask" && !refused);
  const goOn = async () => {
    setBusy(true);
    try {
      track(await api.post<Batch>(`/bulk/${b.id}/confirm`, { guards: asks.map((g) => g.name) }));
      void q.invalidateQueries({ queryKey: ["batch", b.id] });
    } catch (e) {
      fail("Nothing was changed", e);
    }
    setBusy(false);
  };
  return (
    <section className="asked" aria-label="What guards said">
      {b.guards.map((g) => (
        <p key={g.name} className="row" style={{ gap: 8, alignItems: "flex-start" }}>
          <span className={g.mode === "stop" ? "danger" : "attention"} style={{ flex: "none", marginTop: 1 }}>{g.mode === "stop" ? <IconShieldX size={16} stroke={1.75} aria-hidden /> : <IconShieldQuestion size={16} stroke={1.75} aria-hidden />}</span>
          <span className="grow break" style={{ minWidth: 0 }}>{g.say} <Link className="link t12" to={`/bulk/${b.id}` as "/tickets"}>{g.mode === "stop" ? "Refused" : "Asked"} for {plural(g.tickets, "ticket")}</Link></span>
        </p>
      ))}
      {asks.length > 0 && <div className="row wrap" style={{ gap: 8 }}><Btn small kind={small ? "plain" : "pri"} busy={busy} onClick={() => void goOn()}>Do it anyway</Btn>{asks.length < b.guards.length && <span className="t12 m3">Tickets that were refused stay as they are.</span>}</div>}
    </section>
  );
}
