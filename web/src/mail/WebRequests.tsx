/** What came by the request form and is no ticket yet: to look at, and waiting for its sender. */
import { IconForms } from "@tabler/icons-react";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { webRequestsQuery } from "@/api/query";
import type { WebRequest } from "@/api/types";
import { useCan } from "@/app/session";
import { valueText } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { fail, say } from "@/ui/notify";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { When } from "@/ui/When";
import { MailHead } from "./MailTabs";
import "./mail.css";

const states: [string, string][] = [["review", "To look at"], ["waiting", "Not confirmed"], ["refused", "Set aside"]];

export function WebRequests() {
  const state = (useSearch({ strict: false }) as Record<string, string | undefined>).state ?? "review";
  const go = useNavigate();
  const q = useQueryClient();
  const can = useCan("ticket.edit");
  const [open, setOpen] = useState<number | null>(null);
  const query = useInfiniteQuery(webRequestsQuery(state));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  useEffect(() => { document.title = "Web requests, Steward"; }, []);
  async function decide(r: WebRequest, what: "accept" | "refuse") {
    try {
      const now = await api.post<WebRequest>(`/web-requests/${r.id}/${what}`);
      say(what === "accept" ? `It is ticket ${now.ticket_id} now, and ${r.email} was told.` : "Set aside. It is deleted in 30 days.");
      for (const k of ["web-requests", "places"]) await q.invalidateQueries({ queryKey: [k] });
    } catch (e) {
      fail("Nothing was decided", e);
    }
  }
  return (
    <main className="pane page" aria-label="Web requests">
      <MailHead at="requests"><Choice label="Which requests" value={state} options={states} onChange={(v) => void go({ to: "." as never, search: { state: v } as never })} /></MailHead>
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The web requests" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconForms size={20} stroke={1.75} aria-hidden />} title={state === "review" ? "Nothing to look at" : state === "waiting" ? "Nobody has to confirm" : "Nothing was set aside"}>{state === "review" ? "What looks like spam, or comes from somebody suspended, waits here instead of becoming a ticket." : "People who are not known yet confirm their address by mail first."}</Empty>
        : <table className="tbl fixed mailtbl">
          <thead><tr><th>Request</th><th className="wide">Why it waits</th><th className="num wide" style={{ width: 120 }}>Came</th><th className="acts-col" style={{ width: 190 }}><span className="sr">Actions</span></th></tr></thead>
          {query.isPending ? <SkelRows cols={4} /> : <tbody>{rows.map((r) => (
            <tr key={r.id}>
              <td><button type="button" className="link in cut b5" aria-expanded={open === r.id} onClick={() => setOpen(open === r.id ? null : r.id)} dir="auto">{r.subject || "Request"}</button><p className="sub cut">{r.name}, {r.email}</p><p className="sub break narrow">{r.reason}</p>
                {open === r.id && <div className="break" style={{ whiteSpace: "pre-wrap", padding: "6px 0" }} dir="auto">{r.text}{Object.entries(r.attributes).map(([k, v]) => <p key={k} className="m2 t12">{k}: {valueText(v)}</p>)}<p className="m3 t12">From network {r.network}{r.form && `, form ${r.form.title}`}</p></div>}</td>
              <td className="m2 break wide">{r.reason || (r.state === "waiting" ? "Its sender has not confirmed the address." : "")}</td>
              <td className="num m3 wide"><When at={r.at} /></td>
              <td className="acts-col num">{r.ticket_id ? <Link className="link" to={`/tickets/${r.ticket_id}` as "/tickets"}>Ticket {r.ticket_id}</Link> : can && <span className="row" style={{ justifyContent: "flex-end", gap: 6 }}>{r.state !== "refused" && <Btn small kind="quiet" onClick={() => void decide(r, "refuse")}>Set aside</Btn>}<Btn small onClick={() => void decide(r, "accept")}>Make a ticket</Btn></span>}</td>
            </tr>
          ))}</tbody>}
        </table>}
        <More query={query} />
      </div>
    </main>
  );
}
