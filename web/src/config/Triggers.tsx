/** Triggers in the order they are looked at, with how often each fired and where it was stopped. */
import { IconBolt } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { triggersQuery } from "@/api/query";
import { countOf, countText } from "@/lib/words";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { Tag, Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import { ConfigTabs } from "./ConfigTabs";
import "./config.css";

export function Triggers() {
  const query = useQuery(triggersQuery);
  const rows = query.data ?? [];
  useEffect(() => { document.title = "Triggers, Steward"; }, []);
  return (
    <main className="pane page" aria-label="Triggers">
      <header className="top"><h1 className="t20 b6">Configuration</h1><p className="sub">What happens by itself, in the order it is looked at; counts are of 30 days</p></header>
      <ConfigTabs at="triggers" />
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The list of triggers" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconBolt size={20} stroke={1.75} aria-hidden />} title="No trigger yet" action={<Link className="btn" to={"/configuration/new" as "/tickets"} search={{ kind: "trigger" } as never}>Write the first one</Link>}>A trigger acts when something happens to a ticket: it sets fields, tags or writes.</Empty>
        : <table className="tbl fixed">
          <thead><tr><th className="num" style={{ width: 72 }}>Order</th><th>Trigger</th><th className="num" style={{ width: 84 }}>Fired</th><th style={{ width: 132 }}>Stopped</th><th className="num wide" style={{ width: 140 }}>Last fired</th></tr></thead>
          {query.isPending ? <SkelRows cols={5} rows={5} /> : <tbody>{rows.map((t) => (
            <tr key={t.blueprint.name}>
              <td className="num m3">{t.order}</td>
              <td className="cut"><Link className="b5 link" to={`/configuration/trigger/${t.blueprint.name}` as "/tickets"}>{t.blueprint.title || t.blueprint.name}</Link> <span className="mono m3 wide">{t.blueprint.name}</span></td>
              <td className="num">{countText(t.fired)}</td>
              <td>{countOf(t.stopped) > 0 ? <Tag meaning="attention" icon={<Warn />} title="It led to itself, or went too far. Its page says where.">{countText(t.stopped)} stopped</Tag> : <span className="m3">Never</span>}</td>
              <td className="num m3 wide">{t.fired_at ? <When at={t.fired_at} /> : "Not in 90 days"}</td>
            </tr>
          ))}</tbody>}
        </table>}
      </div>
    </main>
  );
}
