/** Every change of the configuration, newest first. */
import { IconHistory } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { changesQuery } from "@/api/query";
import type { Change } from "@/api/configuration";
import { phrase } from "@/language/phrase";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { Tag } from "@/ui/Tag";
import { When } from "@/ui/When";
import { titleOf } from "./message";
import { ConfigTabs } from "./ConfigTabs";
import "./config.css";

export const sourceWord: Record<Change["source"], string> = { folder: "from a folder", screen: "on screen", rollback: "by rolling back", init: "at the start" };
export const sumText = (c: Change["counts"]) => [[c.added, "added"], [c.changed, "changed"], [c.removed, "removed"]].filter(([n]) => n).map(([n, w]) => `${n} ${w}`).join(", ") || "nothing";

export function Changes() {
  const query = useInfiniteQuery(changesQuery);
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  useEffect(() => { document.title = "History of the configuration, Steward"; }, []);
  return (
    <main className="pane page" aria-label="History">
      <header className="top"><h1 className="t20 b6">Configuration</h1><p className="sub">Every change is kept and can be rolled back</p></header>
      <ConfigTabs at="changes" />
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The history" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconHistory size={20} stroke={1.75} aria-hidden />} title="No change yet">Each applied plan will be listed here with who, when and why.</Empty>
        : <table className="tbl fixed">
          <thead><tr><th style={{ width: 84 }}>{phrase("Change", "what changed")}</th><th>Why</th><th className="wide" style={{ width: 180 }}>What</th><th className="wide" style={{ width: 220 }}>Who</th><th className="num" style={{ width: 128 }}>When</th></tr></thead>
          {query.isPending ? <SkelRows cols={5} /> : <tbody>{rows.map((c) => (
            <tr key={c.number}>
              <td><Link className="link b5" to={`/configuration/changes/${c.number}` as "/tickets"}>{c.number}</Link></td>
              <td className="break"><Link to={`/configuration/changes/${c.number}` as "/tickets"}>{titleOf(c.message) || "No message"}</Link>{c.rolled_back_by !== null && <> <Tag meaning="attention">Rolled back by {c.rolled_back_by}</Tag></>}</td>
              <td className="m2 cut wide">{sumText(c.counts)}</td><td className="m2 cut wide">{c.by?.name ?? "Steward"}, <span className="m3">{sourceWord[c.source]}</span></td><td className="num m3 nw"><When at={c.at} /></td>
            </tr>
          ))}</tbody>}
        </table>}
        <More query={query} />
      </div>
    </main>
  );
}
