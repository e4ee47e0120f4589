/** How late promises were and would be, side by side, and whose tickets they are. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { ReplayLateness, ReplayShare } from "@/api/configuration";
import { number, plural } from "@/lib/words";
import { Choice } from "@/ui/Choice";
import { bandWord, facetWord, shareName } from "./replay";

export function Shift({ late }: { late: ReplayLateness[] }) {
  const shown = late.filter((x) => x.before + x.after > 0);
  if (shown.length === 0) return null;
  const most = Math.max(...shown.map((x) => Math.max(x.before, x.after)));
  return (
    <section className="rgroup" aria-label="How late">
      <h3 className="b6" style={{ margin: 0 }}>How late</h3>
      <p className="sub">The promises that would differ, by how long they stayed open after they fell due.</p>
      <table className="shift"><thead><tr><th scope="col"><span className="sr">How late</span></th><th scope="col"><i className="was" aria-hidden />As it was</th><th scope="col"><i className="is" aria-hidden />By this proposal</th></tr></thead><tbody>
        {shown.map((x) => (
          <tr key={x.over_minutes}><th scope="row">{bandWord(x.over_minutes, late)}</th>
            <td>{x.before > 0 && <span className="span was" style={{ width: `calc((100% - 52px) * ${x.before / most})` }} aria-hidden />}<span className="num">{number(x.before)}</span></td>
            <td>{x.after > 0 && <span className={x.over_minutes < 0 ? "span is good" : "span is"} style={{ width: `calc((100% - 52px) * ${x.after / most})` }} aria-hidden />}<span className="num">{number(x.after)}</span></td></tr>
        ))}
      </tbody></table>
    </section>
  );
}

export function Whose({ shares }: { shares: ReplayShare[] }) {
  const facets = [...new Set(shares.map((s) => s.by))].sort((a, b) => rankOf(a) - rankOf(b));
  const [chosen, setChosen] = useState<string | null>(null);
  const by = chosen && facets.includes(chosen) ? chosen : facets[0];
  if (!by) return null;
  const rows = shares.filter((s) => s.by === by);
  const most = Math.max(...rows.map((s) => s.records));
  return (
    <section className="rgroup" aria-label="Whose tickets">
      <div className="row wrap" style={{ gap: 4 }}><h3 className="b6 grow" style={{ margin: 0 }}>Whose tickets</h3>
        {facets.length > 1 && <Choice label="By what" value={by} options={facets.map((f) => [f, facetWord(f)] as const)} onChange={setChosen} />}</div>
      <ul className="whose">{rows.map((s) => (
        <li key={`${s.name} ${s.id}`}>
          <span className="row"><span className="grow cut" dir="auto">{s.by === "organization" && s.id ? <Link className="link" to={`/organizations/${s.id}` as "/tickets"}>{shareName(s)}</Link> : shareName(s)}</span><span className="m3 t12 nw">{told(s)}</span><span className="num b6">{number(s.records)}</span></span>
          <span className="rbar" aria-hidden><i style={{ width: `${Math.max(1, (s.records / most) * 100)}%` }} /></span>
        </li>
      ))}</ul>
    </section>
  );
}

const rankOf = (f: string) => ["organization.plan", "team", "organization"].indexOf(f) + (f.startsWith("organization.") && f !== "organization.plan" ? 9 : 0);
const told = (s: ReplayShare) => [s.worse > 0 ? `${plural(s.worse, "breach", "breaches")} more` : "", s.better > 0 ? `${plural(s.better, "breach", "breaches")} fewer` : ""].filter(Boolean).join(", ");
