/** What other systems were found not to have of what was granted, the latest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { differencesQuery } from "@/api/query";
import { More } from "@/ui/More";
import { Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";

export default function Differences() {
  const query = useInfiniteQuery(differencesQuery());
  const list = query.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <section className="pcard" aria-label="Other systems">
      <h2 className="t16 b6">Other systems</h2>
      <p className="m2">Every week each system that provides a benefit is asked whether it still has it. What it had not is told to it again, and stands here.</p>
      {query.isError && !query.data ? <Failure what="The differences" error={query.error} retry={() => void query.refetch()} />
        : query.isPending ? <Skel w="60%" h={14} />
        : list.length === 0 ? <p className="m3">Nothing was missing anywhere so far.</p>
        : <ul className="plines">{list.map((d) => <li key={d.id} className="row wrap"><Link className="link" to={`/applications/${d.application_id}` as "/tickets"}>{d.who}</Link><span className="break">{d.benefit} was missing (status {d.status}) and was granted again</span><span className="sp" />
          <span className="t12 m3"><When at={d.at} as="stamp" /></span>{d.compared > d.at && <span className="tag good">There since</span>}</li>)}</ul>}
      <More query={query} />
    </section>
  );
}
