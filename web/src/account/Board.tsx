/** The loaded accounts side by side, a lane for each colour. */
import { Link } from "@tanstack/react-router";
import { Band } from "./Band";
import { UpdateDue } from "./UpdateDue";
import { decimal } from "@/lib/words";
import { money } from "@/lib/money";
import { away, bandWord, type Account } from "./data";

export function Board({ rows }: { rows: Account[] }) {
  return (
    <div className="lanes">
      {["red", "yellow", "green", ""].filter((b) => b || rows.some((a) => !a.band)).map((b) => {
        const mine = rows.filter((a) => a.band === b);
        return (
          <section key={b} className="lane" aria-label={bandWord(b)}>
            <p className="row"><span className="grow"><Band band={b} /></span><span className="t12 m3">{mine.length} shown</span></p>
            <ul>{mine.map((a) => (
              <li key={a.id}><Link to={`/accounts/${a.id}` as "/tickets"} className="card"><b className="b5 cut" dir="auto">{a.name}</b><span className="t12 m2">{a.revenue ? money(a.revenue, a.currency) : "No revenue"}{a.score !== null && `, ${decimal(a.score, 1)}`}</span>{a.renewal && <span className="t12 m3">Renews {away(a.renewal)}</span>}{a.update && a.update.state !== "later" && <span className="t12 m3">Health update <UpdateDue u={a.update} /></span>}</Link></li>
            ))}</ul>
          </section>
        );
      })}
    </div>
  );
}
