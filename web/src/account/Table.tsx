/** Accounts as a table: with columns about themselves, or as a heat map of measures. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { plural } from "@/lib/words";
import { SkelRows } from "@/ui/State";
import { When } from "@/ui/When";
import { Band } from "./Band";
import { cell, narrow, titles, widths } from "./columns";
import { measured, observedQuery, type Account, type MeasureInfo } from "./data";
import type { Column } from "./view";

export function Table({ rows, pending, columns, measures }: { rows: Account[]; pending: boolean; columns: Column[]; measures: MeasureInfo[] }) {
  const ids = rows.slice(0, 100).map((r) => r.id);
  const names = measures.map((m) => m.name);
  const found = useQuery(observedQuery(ids, names)).data ?? [];
  const [values, ranks] = useMemo(() => {
    const at = new Map(found.map((o) => [`${o.account} ${o.measure}`, o.value]));
    const spread = new Map(names.map((n) => [n, found.filter((o) => o.measure === n && typeof o.value === "number").map((o) => o.value as number).sort((a, b) => a - b)]));
    return [at, spread] as const;
  }, [found, names.join(" ")]); // eslint-disable-line react-hooks/exhaustive-deps
  const heat = (m: MeasureInfo, v: unknown) => {
    if (typeof v === "string" && m.words.length > 1) { const i = m.words.indexOf(v); return i < 0 ? "" : `h${i === 0 ? 2 : i === m.words.length - 1 ? 0 : 1}`; }
    const all = ranks.get(m.name) ?? [];
    if (typeof v !== "number" || m.better === "neither" || all.length < 3) return "";
    const third = Math.min(2, Math.floor((all.findIndex((x) => x >= v) / all.length) * 3));
    return `h${m.better === "more" ? third : 2 - third}`;
  };
  const one = narrow(columns);
  const wide = (c: Column) => (c === one ? "" : "wide");
  return (
    <table className={`tbl fixed accounts ${measures.length ? "heat" : ""}`}>
      <thead><tr><th>Account</th><th style={{ width: 130 }}>Health</th>{measures.length
        ? measures.map((m) => <th key={m.name} className="num" title={m.doc}>{m.title}</th>)
        : columns.map((c) => <th key={c} className={`${c === "revenue" ? "num" : ""} ${wide(c)}`} style={{ width: widths[c] }}>{titles[c]}</th>)}</tr></thead>
      {pending ? <SkelRows cols={(measures.length || columns.length) + 2} /> : (
        <tbody>{rows.map((a) => (
          <tr key={a.id}>
            <td className="cut"><Link to={`/accounts/${a.id}` as "/tickets"} className="b5 link" dir="auto" title={a.name}>{a.name}</Link></td>
            <td>{a.band_was && a.band_since && Date.now() - Date.parse(a.band_since) < 7 * 86_400_000 ? <span title={`${a.band_was} before`}><Band band={a.band} score={a.score} /> <span className="t12 m3"><When at={a.band_since} /></span></span> : <Band band={a.band} score={a.score} />}</td>
            {measures.length ? measures.map((m) => { const v = values.get(`${a.id} ${m.name}`) ?? null; return <td key={m.name} className={`num ${heat(m, v)}`}>{measured(m, v)}</td>; })
            : columns.map((c) => <td key={c} className={`${c === "revenue" ? "num" : "m2 cut"} ${wide(c)}`}>{cell(c, a)}</td>)}
          </tr>
        ))}</tbody>
      )}
      {measures.length > 0 && rows.length > 100 && <caption className="t12 m3">{plural(rows.length - 100, "account")} more have no measures shown. Filter to see theirs.</caption>}
    </table>
  );
}
