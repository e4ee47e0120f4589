/** Trackers: whether they answer, since when, and where their webhooks go. */
import { IconPlugConnected } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import type { Tracker } from "@/api/types";
import { useCan } from "@/app/session";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { Tag, Tick, Warn, type Meaning } from "@/ui/Tag";
import { When } from "@/ui/When";
import { trackersQuery } from "./query";
import { EngineeringHead } from "./Tabs";

const look: Record<Tracker["state"], [Meaning, string]> = { ok: ["good", "Answers"], failing: ["danger", "Failing"], waiting: ["attention", "Asks for patience"], unasked: ["none", "Not asked yet"], off: ["none", "Off"] };

export function Trackers() {
  const query = useQuery(trackersQuery);
  const rows = query.data ?? [];
  const can = useCan("blueprint.apply");
  useEffect(() => { document.title = "Trackers, Steward"; }, []);
  const add = can ? <Link className="btn" to={"/configuration/new" as "/tickets"} search={{ kind: "tracker" } as never}>New tracker</Link> : undefined;
  return (
    <main className="pane page" aria-label="Trackers">
      <EngineeringHead at="trackers" sub="Where engineers keep their issues, and whether they answer">{rows.length > 0 && add}</EngineeringHead>
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The list of trackers" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconPlugConnected size={20} stroke={1.75} aria-hidden />} title="No tracker is set up" action={add}>With GitLab or GitHub set up here, tickets are linked to issues and hear when these are done.</Empty>
        : <table className="tbl fixed">
          <thead><tr><th>Tracker</th><th style={{ width: 150 }}>State</th><th className="wide">Webhooks go to</th><th className="num wide" style={{ width: 130 }}>Last webhook</th><th className="num wide" style={{ width: 130 }}>Last answer</th></tr></thead>
          {query.isPending ? <SkelRows rows={2} cols={5} /> : <tbody>{rows.map((t) => (
            <tr key={t.name}>
              <td><p className="cut"><Link className="link b5" to={`/configuration/tracker/${t.name}` as "/tickets"}>{t.title || t.name}</Link></p><p className="sub cut" title={t.projects.join(", ")}>{t.url} · {t.projects.join(", ")}</p></td>
              <td><Tag meaning={look[t.state][0]} icon={t.state === "ok" ? <Tick /> : t.state === "off" || t.state === "unasked" ? undefined : <Warn />} title={t.error || undefined}>{look[t.state][1]}</Tag>{t.error && <p className="sub break">{t.error}</p>}</td>
              <td className="mono cut wide" title={t.hook_path}>{t.hook_path}</td>
              <td className="num m3 wide">{t.hook_at ? <When at={t.hook_at} /> : "None yet"}</td><td className="num m3 wide">{t.answered_at ? <When at={t.answered_at} /> : "None yet"}</td>
            </tr>
          ))}</tbody>}
        </table>}
      </div>
    </main>
  );
}
