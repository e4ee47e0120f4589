/** Figures of accounts on a dashboard, and the accounts behind them beside it. */
import { Menu } from "@mantine/core";
import { IconDots, IconFileSpreadsheet, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { url } from "@/api/client";
import { sentenceOf } from "@/api/error";
import type { BoardTile } from "@/api/insight";
import { reportAsk, reportQuery, type ReportPart } from "@/api/reports";
import { dateText } from "@/account/data";
import { useCommands } from "@/app/commands";
import { number, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Skel } from "@/ui/State";
import { AccountList } from "./AccountList";
import { Bars, Groups, partOf } from "./AccountsReport";
import { fieldTitle, figureName, figureText, groupName } from "./say";
import "./accounts.css";

interface Props { tile: BoardTile; /** The day that the page looks from; "" for now. */ on: string; open?: boolean; onOpen: (part?: ReportPart) => void }
const specOf = (t: BoardTile, on: string) => ({ ...t.accounts!, on: t.accounts!.on || on || undefined });

export function AccountsTile({ tile: t, on, open, onOpen }: Props) {
  const spec = specOf(t, on), q = useQuery(reportQuery(spec)), a = q.data;
  const title = t.title || (a ? `${figureName(a)}${a.by ? ` by ${fieldTitle(a.by).toLowerCase()}` : ""}` : "");
  const size = t.size || (t.chart === "number" ? "small" : "wide");
  const pick = (p?: ReportPart) => onOpen(p ?? { key: "", currency: "" });
  return (
    <section className={`card tile sz-${size}${open ? " on" : ""}${q.isPlaceholderData ? " busy" : ""}`} aria-label={title} aria-busy={q.isPlaceholderData || undefined}>
      <div className="row tile-head"><h2 className="m2 cut grow"><button type="button" className="cut" onClick={() => pick()}>{title || <Skel w={160} />}</button></h2>
        {spec.on && <span className="t12 m3 nw">{dateText(spec.on)}</span>}
        <Menu position="bottom-end" width={220}>
          <Menu.Target><Btn small kind="quiet" tip={`More about ${title}`} className="tile-more" icon={<IconDots size={16} stroke={1.75} aria-hidden />} /></Menu.Target>
          <Menu.Dropdown>{(["xlsx", "csv"] as const).map((x) => <Menu.Item key={x} leftSection={<IconFileSpreadsheet size={16} stroke={1.75} aria-hidden />} component="a" href={url("/accounts/export", { table: "report", format: x, ...reportAsk(spec) })} download>{x === "xlsx" ? "Table as XLSX" : "Table as CSV"}</Menu.Item>)}</Menu.Dropdown>
        </Menu>
      </div>
      {q.isError ? <div className="state" role="alert" style={{ padding: "16px 0" }}><p className="m2">{sentenceOf(q.error)}</p><Btn small onClick={() => q.refetch()}>Try again</Btn></div>
      : !a ? <><Skel w={96} h={26} style={{ marginTop: 4 }} /><Skel h={t.chart === "number" ? 64 : 180} style={{ marginTop: 12 }} /></> : (
        <div className="tile-body accttile">
          <p className="row wrap totals">{a.total.map((x) => <span key={x.currency}><b className={t.chart === "number" ? "t28 b6" : "t20 b6"}>{figureText(a, x)}</b>{a.value && <span className="t12 m2"> {plural(x.accounts, "account")}</span>}</span>)}{a.total.length === 0 && <span className="m3">No account matches.</span>}</p>
          {a.by && t.chart !== "number" && (t.chart === "table" ? <Groups of={a} pick={pick} /> : <Bars of={a} pick={pick} most={8} />)}
          {a.more > 0 && <p className="t12 m3">{number(a.more)} more groups are left out.</p>}
        </div>
      )}
    </section>
  );
}

/** The accounts behind a tile, or behind one of its groups. */
export function AccountsPane({ tile: t, on, part, set }: { tile: BoardTile; on: string; part?: ReportPart; set: (change: Record<string, string | undefined>) => void }) {
  const spec = specOf(t, on), a = useQuery(reportQuery(spec)).data;
  const close = () => set({ open: undefined, key: undefined, currency: undefined });
  useCommands([{ id: "close-figure", title: "Close the figure", section: "everywhere", keys: "escape", run: close, hidden: true }]);
  const g = part?.key ? a?.groups.find((x) => x.key === part.key && (!part.currency || x.currency === part.currency)) : undefined;
  return (
    <aside className="pane opened" aria-label={t.title || "Accounts"}>
      <div className="scroll">
        <div className="s"><div className="row"><h2 className="t16 b6 grow">{t.title || (a && figureName(a))}</h2><Btn small kind="quiet" tip="Close" keys="escape" icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={close} /></div>
          <p className="m2">{a && (g ?? a.total[0]) ? <>{g ? `${groupName(g, a.by)}: ` : ""}{(g ? [g] : a.total).map((x) => figureText(a, x)).join("; ")}.</> : " "}{spec.on && ` ${dateText(spec.on)}.`}</p></div>
        <AccountList spec={{ ...spec, columns: spec.columns?.length ? spec.columns : ["csm", "revenue"] }} part={g && partOf(g)} name={g && a ? groupName(g, a.by) : ""} pick={() => set({ key: undefined, currency: undefined })} />
      </div>
    </aside>
  );
}
