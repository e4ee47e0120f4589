/** Accounts with the columns of a report, page by page. */
import { IconBuildingCommunity, IconX } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Band } from "@/account/Band";
import { Export } from "@/account/Export";
import { reportRowsQuery, rowsAsk, type AccountsSpec, type ReportPart } from "@/api/reports";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { cell, fieldTitle, isNumber } from "./say";
import "./accounts.css";

interface Props { spec: AccountsSpec; part?: ReportPart; /** What the part is called, where it can be taken away. */ name?: string; pick?: (p?: ReportPart) => void }
export function AccountList({ spec, part, name, pick }: Props) {
  const q = useInfiniteQuery(reportRowsQuery(spec, part));
  const columns = q.data?.pages[0].columns ?? [], rows = q.data?.pages.flatMap((p) => p.items) ?? [];
  const banded = columns.some((c) => c.name === "band");
  return (
    <section className="card acctlist" aria-label="Accounts">
      <header><h2 className="h3">Accounts</h2>{part && pick && <button type="button" className="tag accent" onClick={() => pick(undefined)} aria-label={`Take away: ${name}`}>{name}<IconX size={12} stroke={2} aria-hidden /></button>}<span className="grow" /><Export table="report_accounts" ask={rowsAsk(spec, part)} tip="Export these accounts" /></header>
      {q.isError && rows.length === 0 ? <Failure what="The list of accounts" error={q.error} retry={() => q.refetch()} />
      : q.isSuccess && rows.length === 0 && !q.hasNextPage ? <Empty icon={<IconBuildingCommunity size={20} stroke={1.75} aria-hidden />} title="No account matches">Take a condition away, or choose another group.</Empty>
      : <div className="wide-table"><table className="tbl"><thead><tr><th>Account</th>{!banded && <th>Health</th>}{columns.map((c) => <th key={c.name} className={isNumber(c) ? "num" : ""} title={c.doc || undefined}>{fieldTitle(c)}</th>)}</tr></thead>
        {q.isPending ? <SkelRows rows={6} cols={4} /> : <tbody>{rows.map((r) => (
          <tr key={r.account.id}><td className="name"><Link className="link b5" dir="auto" to={`/accounts/${r.account.id}` as "/tickets"}>{r.account.name}</Link></td>{!banded && <td><Band band={r.band} /></td>}{columns.map((c, i) => <td key={c.name} className={isNumber(c) ? "num" : "m2"}>{cell(c, r.cells[i], r.currency)}</td>)}</tr>
        ))}</tbody>}</table></div>}
      <More query={q} />
    </section>
  );
}
