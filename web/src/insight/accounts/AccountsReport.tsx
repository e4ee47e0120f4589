/** Figures of groups of accounts as bars or a table, and the accounts behind them. */
import { useQuery } from "@tanstack/react-query";
import { dateText } from "@/account/data";
import { Export } from "@/account/Export";
import { reportAsk, reportQuery, type AccountsSpec, type ReportAnswer, type ReportGroup, type ReportPart } from "@/api/reports";
import type { ChartKind } from "@/api/insight";
import { inside, number, plural } from "@/lib/words";
import { Failure, Skel } from "@/ui/State";
import { Ranks } from "../chart/Ranks";
import { AccountList } from "./AccountList";
import { fieldTitle, figureName, figureText, groupName } from "./say";
import "./accounts.css";

interface Props { spec: AccountsSpec; chart: ChartKind; title: string; /** The group whose accounts are listed. */ part?: ReportPart; pick: (p?: ReportPart) => void }
export function AccountsReport({ spec, chart, title, part, pick }: Props) {
  const q = useQuery(reportQuery(spec));
  const a = q.data;
  if (q.isError) return <Failure what="This report" error={q.error} retry={() => q.refetch()} />;
  const open = a?.groups.find((g) => part && g.key === part.key && (!part.currency || g.currency === part.currency));
  return (
    <div className={`acctreport${q.isPlaceholderData ? " busy" : ""}`} aria-busy={q.isPlaceholderData || undefined}>
      <section className="card" aria-label={title}>
        <header><h2 className="m2 cut grow">{a ? figureName(a) : <Skel w={160} />}{a?.by && <span className="m3"> by {inside(fieldTitle(a.by))}</span>}{spec.on && <span className="m3">, as known on {dateText(spec.on)}</span>}</h2><Export table="report" ask={reportAsk(spec)} tip="Export these figures" /></header>
        {!a ? <div className="in"><Skel h={120} /></div> : (
          <div className="in">
            <p className="row wrap totals">{a.total.map((t) => <span key={t.currency}><b className="t20 b6">{figureText(a, t)}</b> <span className="t12 m2">{plural(t.accounts, "account")}{a.value && t.known < t.accounts && `, ${number(t.accounts - t.known)} without a value`}</span></span>)}{a.total.length === 0 && <span className="m3">No account matches.</span>}</p>
            {a.by && (chart === "table" ? <Groups of={a} part={part} pick={pick} /> : chart === "number" ? null : <Bars of={a} pick={pick} />)}
            {a.more > 0 && <p className="t12 m3">{number(a.more)} more groups are left out. The figures over all groups count them.</p>}
          </div>
        )}
      </section>
      <AccountList spec={spec} part={open && part} name={open && a ? `${groupName(open, a.by)}${open.currency && a.total.length > 1 ? `, ${open.currency}` : ""}` : ""} pick={pick} />
    </div>
  );
}

export const partOf = (g: ReportGroup): ReportPart => ({ key: g.key, currency: g.currency });
const paint: Record<string, string> = { "=green": "var(--good)", "=yellow": "var(--attention-solid)", "=red": "var(--danger-solid)", none: "var(--n-4)" };

/** Bars, apart by currency: amounts of different currencies are not compared. */
export function Bars({ of: a, pick, most = 20 }: { of: ReportAnswer; pick: Props["pick"]; most?: number }) {
  const share = a.figure === "share" || a.value?.kind === "share" && a.figure !== "count";
  return (
    <>{a.total.map((t) => (
      <div key={t.currency}>
        {a.total.length > 1 && <h3 className="t12 m3">{t.currency || "No currency"}</h3>}
        <Ranks most={most} unit={share ? "percent" : a.figure === "count" ? "count" : a.value?.kind === "days" ? "days" : t.currency} onPick={(key) => pick({ key, currency: t.currency })}
          rows={a.groups.filter((g) => g.currency === t.currency).map((g) => ({ key: g.key, label: groupName(g, a.by), value: g.value === null ? null : share ? g.value * 100 : g.value, colour: paint[g.key], note: a.figure === "count" || most < 20 ? undefined : plural(g.accounts, "account") }))} />
      </div>
    ))}</>
  );
}

export function Groups({ of: a, part, pick }: { of: ReportAnswer; part?: ReportPart; pick: Props["pick"] }) {
  return (
    <div className="wide-table"><table className="tbl"><thead><tr><th>{a.by && fieldTitle(a.by)}</th><th className="num">Accounts</th>{a.value && <th className="num">With a value</th>}<th className="num">{figureName(a)}</th></tr></thead>
      <tbody>{a.groups.map((g) => (
        <tr key={g.key + g.currency} className={part?.key === g.key && part.currency === g.currency ? "on" : ""}><td className="cut"><button type="button" className="link" onClick={() => pick(partOf(g))}>{groupName(g, a.by)}</button></td><td className="num">{number(g.accounts)}</td>{a.value && <td className="num m2">{number(g.known)}</td>}<td className="num b5">{figureText(a, g)}</td></tr>
      ))}</tbody></table></div>
  );
}
