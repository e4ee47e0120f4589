/** What is known of the customer, in one line under the subject: their time, what they bought, what else is open. */
import { IconClock, IconMoon } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { headQuery } from "@/api/query";
import type { Ticket } from "@/api/types";
import { clockTime, exact, fmt } from "@/lib/time";
import { useNow } from "@/lib/useNow";
import { countText } from "@/lib/words";
import { Tick, Warn } from "@/ui/Tag";
import { Tip } from "@/ui/Tip";
import "./customer.css";

export default function Customer({ ticket: t }: { ticket: Ticket }) {
  const head = useQuery(headQuery(t.id)).data;
  const at = useNow();
  const [open, setOpen] = useState(false);
  if (!head) return <div className="cust t12" aria-hidden />;
  const zone = head.time_zone;
  const away = zone && !head.inside;
  const others = head.open && head.open.count > 0;
  if (!zone && head.facts.length === 0 && !others && !head.score && !head.proof) return null;
  return (
    <div className={`cust t12${open ? " open" : ""}`}>
      <dl aria-label="What is known of the customer">
        {zone && (
          <Tip label={`${fmt(at, { weekday: "long", day: "numeric", month: "long" }, zone)} in ${zone.replaceAll("_", " ")}. Their hours: ${head.hours}.`}>
            <div className={away ? "attention" : ""} tabIndex={0}><dt className="sr">Their time</dt><dd>{away ? <IconMoon size={14} stroke={1.75} aria-hidden /> : <IconClock size={14} stroke={1.75} aria-hidden />}<span className="b5 tnum">{clockTime(at, zone)}</span> there{away ? ", outside their hours" : ""}</dd></div>
          </Tip>
        )}
        {head.facts.map((f) => (
          <Tip key={f.of + f.name} label={`${f.title} of the ${f.of === "person" ? "requester" : f.of}: ${f.value}${f.held === true ? ". The organization has it." : f.held === false ? ". The organization has no such." : ""}`}>
            <div tabIndex={f.held === undefined || f.held === null ? undefined : 0}><dt>{f.title}</dt><dd className="b5 cut">{f.value}</dd>{f.held === true && <dd className="good row"><Tick /><span className="sr">The organization has it</span></dd>}{f.held === false && <dd className="attention row" style={{ gap: 4 }}><Warn />not theirs</dd>}</div>
          </Tip>
        ))}
        {head.proof && (
          <Tip label={`${head.proof.title} ${head.proof.hint}, sold to ${head.proof.sold_to}, accepted ${exact(head.proof.at)}`}>
            <div tabIndex={0}><dt>Purchase</dt><dd className="good b5 row" style={{ gap: 4 }}><Tick />proven</dd></div>
          </Tip>
        )}
        {others && head.open && <div><dt className="sr">Open besides</dt><dd><Link className="link" to={(t.organization ? `/organizations/${t.organization.id}` : `/people/${t.requester.id}`) as "/tickets"}>{countText(head.open)} other open</Link></dd></div>}
        {head.score && (
          <Tip label={`${head.score.comment ? `“${head.score.comment.slice(0, 200)}” ` : ""}${exact(head.score.at)}, ticket ${head.score.ticket_id}`}>
            <div tabIndex={0}><dt>Last rated</dt><dd className={head.score.score <= 3 ? "danger b5" : "b5"}><Link className="in" to={`/tickets/${head.score.ticket_id}` as "/tickets"}>{head.score.score} of 7</Link></dd></div>
          </Tip>
        )}
      </dl>
      <button type="button" className="link t12 fold" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? "Less" : "More"}</button>
    </div>
  );
}
