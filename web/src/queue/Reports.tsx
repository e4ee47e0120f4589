/** Reports of tickets whose promise was missed long ago, with their last runs. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconReport } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import type { ReportRun, TicketReport } from "@/api/types";
import { exact } from "@/lib/time";
import { decimal, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail } from "@/ui/notify";
import { Empty, Failure, Skel } from "@/ui/State";
import { Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import { reportsQuery, runsQuery } from "./queries";
import { spell } from "./words";
import "./queue.css";

export function Reports() {
  const reports = useQuery(reportsQuery);
  useEffect(() => { document.title = "Reports, Steward"; }, []);
  return (
    <main className="pane page queue" aria-label="Reports of late tickets">
      <nav className="tabs" aria-label="Queues"><h1 className="t20 b6">Reports</h1><Link to={"/queue" as "/tickets"}>Queue</Link></nav>
      <div className="scroll">
        {reports.isPending && <div className="block"><Skel w="40%" /><Skel w="60%" style={{ marginTop: 12 }} /></div>}
        {reports.isError && !reports.data && <Failure what="The reports" error={reports.error} retry={() => reports.refetch()} />}
        {reports.isSuccess && reports.data.length === 0 && <Empty icon={<IconReport size={20} stroke={1.75} aria-hidden />} title="There is no report yet">A ticket-report blueprint makes one: what is very late, when it is looked for, and who gets it.</Empty>}
        {reports.data?.map((r) => <Report key={r.report.name} report={r} />)}
      </div>
    </main>
  );
}

function Report({ report: r }: { report: TicketReport }) {
  const q = useQueryClient();
  const [all, setAll] = useState(false);
  const [busy, setBusy] = useState(false);
  const runs = useQuery({ ...runsQuery(r.report.name), enabled: all });
  const run = (): void => {
    setBusy(true);
    void api.post(`/ticket-reports/${r.report.name}/run`, {}).then(() => q.invalidateQueries({ queryKey: ["ticket-reports"] }), (e) => fail("The report could not be made", e, run)).finally(() => setBusy(false));
  };
  return (
    <section className="block" aria-label={r.report.title}>
      <div className="row wrap" style={{ gap: 12 }}><h2 className="h3">{r.report.title}</h2><span className="sub grow" style={{ flexBasis: 180 }}>{r.next_at && <>Next {exact(r.next_at)}</>}{r.to.length > 0 && (r.team ? `, to ${r.team.title}: ${r.to.join(", ")}` : `, to ${r.to.join(", ")}`)}{r.to.length === 0 && !r.team && ", mailed to nobody"}</span><Btn small busy={busy} onClick={run}>Make it now</Btn></div>
      {r.to.length === 0 && r.team && <p className="attention row" style={{ gap: 6, marginTop: 8 }}><Warn /><span>It reaches nobody: <Link className="link" to={`/teams/${r.team.name}` as "/tickets"}>{r.team.title}</Link> has no address of its own and no member who gets mail.</span></p>}
      {r.last ? <Run run={r.last} /> : <p className="m2" style={{ marginTop: 8 }}>It has not been made yet.</p>}
      {r.last && !all && <button type="button" className="link" onClick={() => setAll(true)}>Earlier runs</button>}
      {runs.data?.slice(1).map((x) => <details key={x.id}><summary className="sub"><When at={x.at} as="stamp" />: {plural(x.found, "ticket")}</summary><Run run={x} /></details>)}
    </section>
  );
}

function Run({ run }: { run: ReportRun }) {
  return (
    <div style={{ margin: "8px 0" }}>
      <p className="m2"><When at={run.at} as="stamp" />: {run.found === 0 ? "no ticket is that late" : plural(run.found, "ticket")}{run.more && " and more"}{run.mailed > 0 && `, mailed to ${run.mailed}`}</p>
      {run.tickets.length > 0 && (
        <table className="tbl"><thead><tr><th>Ticket</th><th>Promise</th><th className="num">Past due</th><th className="num">Of the promise</th></tr></thead>
          <tbody>{run.tickets.map((t) => <tr key={t.id}><td className="cut"><Link to={`/tickets/${t.id}` as "/tickets"}>{t.subject || `Ticket ${t.id}`}</Link></td><td>{t.metric === "next_reply" ? "Next reply" : "First reply"}</td><td className="num">{spell(t.over_minutes)}</td><td className="num">{t.times > 0 ? `${decimal(t.times, 1)} ×` : ""}</td></tr>)}</tbody></table>
      )}
    </div>
  );
}
