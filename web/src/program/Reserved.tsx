/** Who was approved and has not claimed a code of a pool yet. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { reservedQuery } from "@/api/query";
import { More } from "@/ui/More";
import { Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";

export default function Reserved({ pool }: { pool: string }) {
  const query = useInfiniteQuery(reservedQuery(pool));
  const list = query.data?.pages.flatMap((p) => p.items) ?? [];
  if (query.isError && !query.data) return <Failure what="Who it is" error={query.error} retry={() => void query.refetch()} />;
  if (query.isPending) return <Skel w="60%" h={14} />;
  return (
    <>
      {list.length === 0 ? <p className="m3">Nobody that you may see.</p> : <ul className="plines" aria-label="Approved, not claimed">{list.map((a) => <li key={a.id} className="row wrap"><Link className="link" to={`/applications/${a.id}` as "/tickets"}>{a.organization || a.name}</Link><span className="m2">{a.program_title}, {a.id}</span><span className="sp" />
        {a.decided && <span className="t12 m3">Approved <When at={a.decided} /></span>}{a.due && <span className="t12 m2">to claim by <When at={a.due} as="stamp" /></span>}</li>)}</ul>}
      <More query={query} />
    </>
  );
}
