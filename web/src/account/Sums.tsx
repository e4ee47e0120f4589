/** What a book is worth and how much of it is at risk, by segment. */
import { useQuery } from "@tanstack/react-query";
import { plural } from "@/lib/words";
import { money } from "@/lib/money";
import { sumsQuery, type Narrowed, type Sum } from "./data";

const order = ["green", "yellow", "red", ""];

export function Sums({ filter, segment, pick }: { filter: Narrowed; segment?: string; pick: (s?: string) => void }) {
  const rows = useQuery(sumsQuery({ ...filter, segment: undefined })).data ?? [];
  if (rows.length === 0) return null;
  const groups = new Map<string, Sum[]>();
  for (const r of rows) groups.set(r.segment, [...(groups.get(r.segment) ?? []), r]);
  return (
    <section className="sums" aria-label="By segment">
      {[...groups].map(([name, of]) => {
        const currencies = [...new Set(of.filter((r) => r.currency).map((r) => r.currency))];
        const accounts = of.reduce((n, r) => n + r.accounts, 0);
        return (
          <button key={name} type="button" className={`card cell ${segment === name ? "on" : ""}`} aria-pressed={segment === name} disabled={!name} onClick={() => pick(segment === name ? undefined : name)} style={{ textAlign: "start" }}>
            <span className="row"><b className="b6 grow cut">{name || "No segment"}</b><span className="t12 m3">{plural(accounts, "account")}</span></span>
            {currencies.map((c) => {
              const mine = of.filter((r) => r.currency === c);
              const total = mine.reduce((n, r) => n + r.revenue, 0), risk = mine.filter((r) => r.band === "red" || r.band === "yellow").reduce((n, r) => n + r.revenue, 0), unscored = mine.filter((r) => !r.band).reduce((n, r) => n + r.revenue, 0);
              return (
                <span key={c} style={{ display: "block" }}>
                  <span className="t12 m2" style={{ display: "block", marginTop: 4 }}>{money(total, c)}{risk > 0 && <>, <span className="danger">{money(risk, c)} at risk</span></>}{unscored > 0 && <>, {money(unscored, c)} without data</>}</span>
                  <span className="sumbars" aria-hidden="true">{order.map((b) => { const v = mine.filter((r) => r.band === b).reduce((n, r) => n + r.revenue, 0); return v > 0 && <span key={b} className={`fill-${b || "none"}`} style={{ flex: v }} />; })}</span>
                </span>
              );
            })}
          </button>
        );
      })}
    </section>
  );
}
