/** Accounts as a table: with columns about themselves, or as a heat map of measures. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { phrase } from "@/language/phrase";
import { plural } from "@/lib/words";
import { SkelRows } from "@/ui/State";
import { When } from "@/ui/When";
import { Band } from "./Band";
import { cell, titles, widths } from "./columns";
import { money } from "@/lib/money";
import { away, bandWord, measured, observedQuery, type Account, type MeasureInfo, type Observation } from "./data";
import type { Column } from "./view";

export function Table({ rows, pending, columns, measures }: { rows: Account[]; pending: boolean; columns: Column[]; measures: MeasureInfo[] }) {
  const ids = rows.slice(0, 100).map((r) => r.id);
  const names = measures.map((m) => m.name);
  const found = useQuery(observedQuery(ids, names)).data ?? [];
  const [values, ranks, scored] = useMemo(() => {
    const at = new Map(found.map((o) => [`${o.account} ${o.measure}`, o]));
    const spread = new Map(names.map((n) => [n, found.filter((o) => o.measure === n && typeof o.value === "number").map((o) => o.value as number)]));
    return [at, spread, new Set(found.filter((o) => o.colour).map((o) => o.measure))] as const;
  }, [found, names.join(" ")]); // eslint-disable-line react-hooks/exhaustive-deps
  // What scorecards score has their colour; of other measures, where a value stands among those shown.
  const heat = (m: MeasureInfo, o?: Observation) => {
    const v = o?.value;
    if (scored.has(m.name)) return o?.colour ? { red: "h0", yellow: "h1", green: "h2" }[o.colour] : "";
    if (typeof v === "string" && m.words.length > 1) { const i = m.words.indexOf(v); return i < 0 ? "" : `h${i === 0 ? 2 : i === m.words.length - 1 ? 0 : 1}`; }
    const all = ranks.get(m.name) ?? [];
    if (typeof v !== "number" || m.better === "neither" || all.length < 3) return "";
    const place = (all.filter((x) => x < v).length + all.filter((x) => x === v).length / 2) / all.length;
    const third = Math.min(2, Math.floor(place * 3));
    return `h${m.better === "more" ? third : 2 - third}`;
  };
  return (
    <table className={`tbl fixed accounts ${measures.length ? "heat" : ""}`}>
      <thead><tr><th>Account</th><th className="health-col">Health</th>{measures.length
        ? measures.map((m) => <th key={m.name} className="num" title={m.doc}>{m.title}</th>)
        : columns.map((c) => <th key={c} className={`wide ${c === "revenue" ? "num" : ""}`} style={{ width: widths[c] }}>{titles[c]}</th>)}</tr></thead>
      {pending ? <SkelRows cols={(measures.length || columns.length) + 2} /> : (
        <tbody>{rows.map((a) => (
          <tr key={a.id}>
            <td className="cut"><Link to={`/accounts/${a.id}` as "/tickets"} className="b5 link" dir="auto" title={a.name}>{a.name}</Link>{measures.length === 0 && <span className="sub slim">{[a.revenue ? money(a.revenue, a.currency) : null, a.renewal && phrase(`renews ${away(a.renewal)}`)].filter(Boolean).join(", ")}</span>}</td>
            <td><Band band={a.band} score={a.score} />{a.band_was && a.band_since && Date.now() - Date.parse(a.band_since) < 7 * 86_400_000 && <span className="sub nw">from {bandWord(a.band_was).toLowerCase()}, <When at={a.band_since} /></span>}</td>
            {measures.length ? measures.map((m) => { const o = values.get(`${a.id} ${m.name}`); return <td key={m.name} className={`num ${heat(m, o)}`}>{measured(m, o?.value ?? null)}</td>; })
            : columns.map((c) => <td key={c} className={`wide ${c === "revenue" ? "num" : "m2 cut"}`}>{cell(c, a)}</td>)}
          </tr>
        ))}</tbody>
      )}
      {measures.length > 0 && rows.length > 100 && <caption className="t12 m3">{plural(rows.length - 100, "account")} more have no measures shown. Filter to see theirs.</caption>}
    </table>
  );
}
