/** On a ticket about an application: which one, where it stands, and whom it waits for. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ticketApplicationsQuery } from "@/api/query";
import type { Application } from "@/api/program";
import type { Ticket } from "@/api/types";
import { When } from "@/ui/When";
import { stateTone, stateWord } from "./words";

const waits = (a: Application): string => ({ review: "Waits for us", asked: "Waits for the applicant", verifying: "Proofs are looked at", approved: "Waits to be claimed", notice: "Waits for the member" } as Record<string, string>)[a.state] ?? "";

export default function TicketApplications({ ticket: t }: { ticket: Ticket }) {
  const list = useQuery(ticketApplicationsQuery(t.id)).data?.items ?? [];
  if (list.length === 0) return null;
  return (
    <>{list.slice(0, 5).map((a) => <div key={a.id} style={{ display: "contents" }}>
      <dt>Application</dt>
      <dd style={{ display: "grid", gap: 2, justifyItems: "start", paddingBlock: 6 }}>
        <span className="row wrap"><Link className="link" to={`/applications/${a.id}` as "/tickets"}>{a.program_title}, {a.id}</Link><span className={`tag ${stateTone[a.state] ?? ""}`}>{stateWord[a.state]}</span></span>
        {waits(a) && <span className="t12 m3">{waits(a)}{a.promised ? <>, by <When at={a.promised} /></> : a.due && a.state !== "review" ? <>, until <When at={a.due} /></> : null}</span>}
      </dd></div>)}</>
  );
}
