/** Whether outgoing mail left, and whether it came back. Sent says nothing loud; failed says what and where to act. */
import { IconAlertTriangle, IconCheck, IconClock } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Bounce, Delivery } from "@/api/types";
import { exact, now, ms, stamp } from "@/lib/time";
import { deliveryWord } from "@/lib/words";

const p = { size: 14, stroke: 1.75, "aria-hidden": true } as const;

export function DeliveryLine({ delivery: d }: { delivery: Delivery }) {
  return <><Left delivery={d} />{(d.bounces ?? []).map((b) => <Came key={b.at + b.address} back={b} />)}</>;
}

function Left({ delivery: d }: { delivery: Delivery }) {
  if (d.state === "sent" && !d.uncertain)
    return <p className="deliv m3" title={d.at ? `Handed to the mail server ${exact(d.at)}` : undefined}><IconCheck {...p} />Sent{d.at ? ` ${stamp(d.at)}` : ""}</p>;
  if (d.state === "failed")
    return (
      <p className="deliv danger" role="alert"><IconAlertTriangle {...p} /><span><b className="b6">Not delivered.</b> {d.error ?? "The mail server refused it."} <Link className="link b5" to={"/mail/outbox" as "/tickets"} search={{ state: "failed" } as never}>Open the outbox to try again</Link></span></p>
    );
  if (d.state === "held") return <p className="deliv attention"><IconClock {...p} /><span>Held with all outgoing mail. <Link className="link b5" to={"/mail/outbox" as "/tickets"}>Release it in the outbox</Link></span></p>;
  if (d.state === "withheld") return <p className="deliv attention"><IconAlertTriangle {...p} /><span><b className="b6">Withheld.</b> {d.error || "Mail to this address came back before, so no more is sent there."} <Link className="link b5" to={"/mail/suppressions" as "/tickets"}>See the suppression list</Link></span></p>;
  const later = d.not_before && ms(d.not_before) > now() ? `, ${stamp(d.not_before)}` : "";
  return <p className={`deliv ${d.uncertain ? "attention" : "m3"}`}><IconClock {...p} />{d.uncertain ? "May have been delivered twice: the answer of the mail server got lost" : deliveryWord[d.state] + later}</p>;
}

/** A report of a server behind ours. */
function Came({ back: b }: { back: Bounce }) {
  const code = b.status ? ` (${b.status})` : "";
  if (b.kind === "lifted") return <p className="deliv m3"><IconCheck {...p} /><span>{b.address} may get mail again, {stamp(b.at)}</span></p>;
  if (b.kind === "delayed") return <p className="deliv attention" title={b.diagnostic || undefined}><IconClock {...p} /><span>Delayed on its way to {b.address}: {b.reason}{code}, {stamp(b.at)}</span></p>;
  return <p className={`deliv ${b.kind === "unclear" ? "attention" : "danger"}`} title={b.diagnostic || undefined}><IconAlertTriangle {...p} /><span><b className="b6">{b.kind === "unclear" ? "Something came back." : "It never arrived."}</b> {b.address}: {b.reason}{code}, {stamp(b.at)}. <Link className="link b5" to={"/mail/trace" as "/tickets"} search={{ q: b.address } as never}>Trace the address</Link></span></p>;
}
