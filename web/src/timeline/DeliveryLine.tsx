/** Whether outgoing mail left. Sent says nothing loud; failed says what and where to act. */
import { IconAlertTriangle, IconCheck, IconClock } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Delivery } from "@/api/types";
import { exact, now, ms, stamp } from "@/lib/time";
import { deliveryWord } from "@/lib/words";

export function DeliveryLine({ delivery: d }: { delivery: Delivery }) {
  const p = { size: 14, stroke: 1.75, "aria-hidden": true } as const;
  if (d.state === "sent" && !d.uncertain)
    return <p className="deliv m3" title={d.at ? `Handed to the mail server ${exact(d.at)}` : undefined}><IconCheck {...p} />Sent{d.at ? ` ${stamp(d.at)}` : ""}</p>;
  if (d.state === "failed")
    return (
      <p className="deliv danger" role="alert"><IconAlertTriangle {...p} /><span><b className="b6">Not delivered.</b> {d.error ?? "The mail server refused it."} <Link className="link b5" to={"/mail/outbox" as "/tickets"} search={{ state: "failed" } as never}>Open the outbox to try again</Link></span></p>
    );
  if (d.state === "held") return <p className="deliv attention"><IconClock {...p} />Held with all outgoing mail since a restore. <Link className="link b5" to={"/mail/outbox" as "/tickets"}>Release it in the outbox</Link></p>;
  if (d.state === "suppressed") return <p className="deliv m3"><IconAlertTriangle {...p} />Not sent: {d.error ?? "the address asked for no mail"}</p>;
  const later = d.not_before && ms(d.not_before) > now() ? `, ${stamp(d.not_before)}` : "";
  return <p className={`deliv ${d.uncertain ? "attention" : "m3"}`}><IconClock {...p} />{d.uncertain ? "May have been delivered twice: the answer of the mail server got lost" : deliveryWord[d.state] + later}</p>;
}
