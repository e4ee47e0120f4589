/** Organizations: who pays, by name, domains and plan. */
import { IconBuilding, IconPlus } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { organizationsQuery } from "@/api/query";
import { useCan } from "@/app/session";
import { PlanName } from "@/field/PlanName";
import { countText } from "@/lib/words";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { SearchBox, useQ } from "./SearchBox";
import { CustomerTabs } from "./Tabs";

export function Organizations() {
  const q = useQ();
  const query = useInfiniteQuery(organizationsQuery(q));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const can = useCan("organization.write");
  useEffect(() => { document.title = "Organizations, Steward"; }, []);
  const add = can && <Link className="btn" to={"/organizations/new" as "/tickets"}><IconPlus size={16} stroke={1.75} aria-hidden />New organization</Link>;
  return (
    <main className="pane page" aria-label="Organizations">
      <header className="top"><div className="row wrap" style={{ gap: 12 }}><h1 className="t20 b6 grow">Customers</h1><SearchBox label="Find an organization" />{add}</div></header>
      <CustomerTabs at="organizations" />
      <div className="scroll">
        {query.isError && rows.length === 0 ? <Failure what="The list of organizations" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconBuilding size={20} stroke={1.75} aria-hidden />} title={q ? `No organization matches “${q}”` : "No organization yet"} action={add || undefined}>{q ? "Try fewer letters." : "An organization groups people by their mail domain and carries what their contract says."}</Empty>
        : (
          <table className="tbl fixed">
            <thead><tr><th>Name</th><th className="wide">Domains</th><th style={{ width: 110 }}>Plan</th><th className="num wide" style={{ width: 90 }}>People</th><th className="num" style={{ width: 90 }}>Tickets</th></tr></thead>
            {query.isPending ? <SkelRows cols={5} /> : (
              <tbody>{rows.map((o) => (
                <tr key={o.id}>
                  <td className="cut"><Link to={`/organizations/${o.id}` as "/tickets"} className="b5 link" dir="auto" title={o.name}>{o.name}</Link></td>
                  <td className="cut m2 wide">{o.domains.join(", ")}</td>
                  <td>{o.attributes?.plan ? <span className="tag"><PlanName plan={o.attributes.plan} /></span> : <span className="m3">None</span>}</td>
                  <td className="num wide">{countText(o.people_count)}</td><td className="num">{countText(o.ticket_count)}</td>
                </tr>
              ))}</tbody>
            )}
          </table>
        )}
        <More query={query} />
      </div>
    </main>
  );
}
