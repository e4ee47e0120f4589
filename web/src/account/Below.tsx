/** The accounts below one, with what they are worth. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { number, plural } from "@/lib/words";
import { More } from "@/ui/More";
import { Band } from "./Band";
import { Export } from "./Export";
import { money } from "@/lib/money";
import { belowQuery } from "./data";

export function Below({ id }: { id: number }) {
  const query = useInfiniteQuery(belowQuery(id));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  if (rows.length === 0) return null;
  return (
    <section className="card" aria-label="Accounts below">
      <header><h2 className="h3 grow">Accounts below</h2><span className="t12 m3">{query.hasNextPage ? `${number(rows.length)}+` : plural(rows.length, "account")}</span><Export table="accounts" ask={{ parent: id }} tip="Export the accounts below" /></header>
      <ul className="acct-below">{rows.map((a) => <li key={a.id}><Link className="link b5 cut grow" dir="auto" to={`/accounts/${a.id}` as "/tickets"}>{a.name}</Link><span className="t12 m2 nw">{a.revenue ? money(a.revenue, a.currency) : ""}</span><Band band={a.band} score={a.score} /></li>)}</ul>
      <More query={query} />
    </section>
  );
}
