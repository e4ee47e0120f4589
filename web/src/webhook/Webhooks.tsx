/** Webhooks: where events go, how each does, and its last delivery. */
import { IconWebhook } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { webhooksQuery } from "@/api/query";
import type { Webhook } from "@/api/types";
import { useCan } from "@/app/session";
import { ConfigTabs } from "@/config/ConfigTabs";
import { countOf, countText } from "@/lib/words";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { Tag, Tick, Warn, type Meaning } from "@/ui/Tag";
import { When } from "@/ui/When";

const look: Record<Webhook["state"], [Meaning, string]> = { active: ["good", "Works"], failing: ["attention", "Failing"], disabled: ["danger", "Stopped"], off: ["none", "Off"] };
export function WebhookTag({ of: w }: { of: Webhook }) {
  const [meaning, word] = look[w.state];
  return <Tag meaning={meaning} icon={w.state === "active" ? <Tick /> : w.state === "off" ? undefined : <Warn />} title={w.disabled_why || undefined}>{word}</Tag>;
}

export function Webhooks() {
  const query = useQuery(webhooksQuery);
  const rows = query.data ?? [];
  const can = useCan("blueprint.apply");
  useEffect(() => { document.title = "Webhooks, Steward"; }, []);
  const add = can ? <Link className="btn" to={"/configuration/new" as "/tickets"} search={{ kind: "webhook" } as never}>New webhook</Link> : undefined;
  return (
    <main className="pane page" aria-label="Webhooks">
      <header className="top"><div className="row wrap" style={{ gap: 12 }}><div className="grow" style={{ flexBasis: 240 }}><h1 className="t20 b6">Configuration</h1><p className="sub">Events sent to other systems, signed, and tried again for three days</p></div>{rows.length > 0 && add}</div></header>
      <ConfigTabs at="webhooks" />
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The list of webhooks" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconWebhook size={20} stroke={1.75} aria-hidden />} title="Nothing is sent elsewhere" action={add}>A webhook tells another system what happens here, as it happens.</Empty>
        : <table className="tbl fixed">
          <thead><tr><th>Webhook</th><th style={{ width: 112 }}>State</th><th className="num wide" style={{ width: 92 }}>Waiting</th><th className="num wide" style={{ width: 92 }}>Given up</th><th className="num wide" style={{ width: 148 }}>Last delivery</th></tr></thead>
          {query.isPending ? <SkelRows rows={4} cols={5} /> : <tbody>{rows.map((w) => (
            <tr key={w.name}>
              <td><p className="cut"><Link className="link b5" to={`/configuration/webhooks/${w.name}` as "/tickets"}>{w.title || w.name}</Link></p><p className="sub cut" title={w.url}>{w.url}</p></td>
              <td><WebhookTag of={w} /></td>
              <td className="num wide">{countText(w.queued)}</td><td className={`num wide${countOf(w.failed) ? " danger" : ""}`}>{countText(w.failed)}</td>
              <td className="num m3 wide">{w.last ? <><When at={w.last.tried_at ?? w.last.created_at} />{w.last.state !== "delivered" && <span className="sub" style={{ display: "block" }}>{w.last.state === "failed" ? "not taken" : "waits"}</span>}</> : "None yet"}</td>
            </tr>
          ))}</tbody>}
        </table>}
      </div>
    </main>
  );
}
