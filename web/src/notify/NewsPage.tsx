/** What one was told of, the newest first. Opening a ticket reads what is about it. */
import { IconAlarm, IconAlertTriangle, IconAt, IconBell, IconChecks, IconEyeCheck, IconGavel, IconHeartbeat, IconKey, IconMessage, IconMessage2Share, IconMessages, IconUserCheck } from "@tabler/icons-react";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { api } from "@/api/client";
import { openReason } from "@/frame/panels";
import { Btn } from "@/ui/Btn";
import { More } from "@/ui/More";
import { fail } from "@/ui/notify";
import { Empty, Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { newsQuery, says, wayTo, type News } from "./query";
import "./notify.css";

const icons = { assigned: IconUserCheck, mentioned: IconAt, replied: IconMessage, due: IconAlarm, breached: IconAlertTriangle, approval: IconEyeCheck, decision: IconGavel, aside: IconMessage2Share, discussed: IconMessages, stock: IconKey, health: IconHeartbeat };

export function NewsPage() {
  const q = useQueryClient();
  const query = useInfiniteQuery(newsQuery);
  const list = query.data?.pages.flatMap((p) => p.items) ?? [];
  useEffect(() => { document.title = "Notifications, Steward"; }, []);
  async function read(body: { up_to?: number; ticket?: number; only?: number }) {
    try {
      await api.post("/notifications/read", body);
    } catch (e) {
      fail("Nothing was marked as read", e);
    }
    await q.invalidateQueries({ queryKey: ["news"] });
  }
  const open = list.some((n) => !n.read_at);
  return (
    <main className="pane page" aria-label="Notifications">
      <header className="top"><div className="row wrap" style={{ gap: 12 }}>
        <div className="grow"><h1 className="t20 b6">Notifications</h1><p className="sub">Kept for 90 days. <Link className="link in" to={"/settings" as "/tickets"}>Choose what you are told of</Link></p></div>
        {open && <Btn icon={<IconChecks size={16} stroke={1.75} aria-hidden />} onClick={() => void read({ up_to: list[0].id })}>Mark all as read</Btn>}
      </div></header>
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The list of notifications" error={query.error} retry={() => query.refetch()} />
        : query.isPending ? <ul className="news">{[1, 2, 3, 4].map((i) => <li key={i}><Skel w="50%" style={{ margin: "12px 24px" }} /></li>)}</ul>
        : list.length === 0 ? <Empty icon={<IconBell size={20} stroke={1.75} aria-hidden />} title="Nothing yet">Tickets given to you, mentions, answers, promises that are due, decisions that wait for you, change requests you are part of and accounts that change their colour appear here.</Empty>
        : <ul className="news">{list.map((n) => <Line key={n.id} news={n} read={() => void read(n.ticket ? { ticket: n.ticket } : { only: n.id })} />)}</ul>}
        <More query={query} />
      </div>
    </main>
  );
}

function Line({ news: n, read }: { news: News; read: () => void }) {
  const Icon = icons[n.kind] ?? IconBell;
  const words = <><Icon size={16} stroke={1.75} aria-hidden className={n.kind === "breached" || n.is === "red" ? "danger" : n.kind === "due" || n.kind === "stock" ? "attention" : "m3"} /><span className="grow" style={{ minWidth: 0 }}><span className={n.read_at ? "m2" : "b6"}>{says(n)}</span>{!n.read_at && <span className="sr">, not read</span>}<span className="sub cut" dir="auto" style={{ display: "block" }}>{n.subject || "You may no longer see what this is about."}</span></span><When at={n.at} className="m3 t12 nw" /></>;
  return <li className={`${n.read_at ? "" : "new"} ${n.kind === "health" ? "about" : ""}`}>{n.path ? <Link className="row" {...wayTo(n.path)} onClick={read}>{words}</Link> : <span className="row">{words}</span>}{n.kind === "health" && <Btn small kind="quiet" onClick={() => openReason(`/events/${n.event_id}/why`)}>Why?</Btn>}</li>;
}
