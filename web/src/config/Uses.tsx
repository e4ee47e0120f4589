/** What refers to a blueprint: others, where, and how many records. */
import { IconLink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { usesQuery } from "@/api/query";
import type { BlueprintDetail, Use } from "@/api/configuration";
import { countOf, countText } from "@/lib/words";
import { Empty, Failure, Skel } from "@/ui/State";
import { placeWords } from "./placeWords";

/** Lists that show just those records. */
const lists: Record<string, (name: string) => [string, Record<string, string>] | null> = {
  team: (n) => ["/tickets", { team: n }],
};

export function Uses({ b }: { b: Pick<BlueprintDetail, "kind" | "name"> }) {
  const query = useQuery(usesQuery(b.kind, b.name));
  const uses = query.data ?? [];
  const others = uses.filter((u) => u.count === null), records = uses.filter((u) => u.count !== null);
  if (query.isError) return <Failure what="Where it is used" error={query.error} retry={() => query.refetch()} />;
  if (query.isPending) return <div style={{ padding: 24, display: "grid", gap: 12 }}><Skel w="40%" /><Skel w="55%" /></div>;
  if (others.length === 0 && records.every((r) => countOf(r.count ?? 0) === 0)) return <Empty icon={<IconLink size={20} stroke={1.75} aria-hidden />} title="Nothing refers to it">No other blueprint names it, and no record depends on it. It can be deleted without breaking anything.</Empty>;
  return (
    <div className="scroll"><div style={{ padding: "16px 24px", maxWidth: 760, display: "grid", gap: 24 }}>
      {records.length > 0 && <section aria-label="Records"><h2 className="h3">Records</h2><ul>{records.map((r) => <li key={r.detail} className="row useline"><b className="b6 tnum" style={{ minWidth: 56, textAlign: "end" }}>{countText(r.count)}</b><Records b={b} use={r} /></li>)}</ul></section>}
      <section aria-label="Other blueprints"><h2 className="h3">Other blueprints</h2>
        {others.length === 0 ? <p className="m2">No other blueprint names it.</p> : <ul>{others.map((u) => <li key={u.kind + u.name + u.path} className="row useline"><Link className="link b5" to={`/configuration/${u.kind}/${u.name}` as "/tickets"}>{u.title || u.name}</Link><span className="m3 t12">{u.kind.replaceAll("_", " ")}, in {placeWords(u.kind, u.path)}</span></li>)}</ul>}
      </section>
    </div></div>
  );
}

function Records({ b, use }: { b: Pick<BlueprintDetail, "kind" | "name">; use: Use }) {
  const to = use.kind === "ticket" ? lists[b.kind]?.(b.name) : null;
  return to ? <Link className="link in" to={to[0] as "/tickets"} search={to[1] as never}>{use.detail}</Link> : <span>{use.detail}</span>;
}
