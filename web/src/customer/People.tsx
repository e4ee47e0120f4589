/** Everyone Steward knows: customers and colleagues, found by name or address. */
import { IconPlus, IconUsers } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { peopleQuery } from "@/api/query";
import { useCan } from "@/app/session";
import { countText } from "@/lib/words";
import { Avatar } from "@/ui/Avatar";
import { Choice } from "@/ui/Choice";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { When } from "@/ui/When";
import { SearchBox, useQ } from "./SearchBox";
import { CustomerTabs } from "./Tabs";

export function People() {
  const q = useQ();
  const kind = ((useSearch({ strict: false }) as Record<string, string>).kind ?? "") as "" | "customer" | "agent";
  const go = useNavigate();
  const query = useInfiniteQuery(peopleQuery(q, kind));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const can = useCan("person.write");
  useEffect(() => { document.title = "People, Steward"; }, []);
  const add = can && <Link className="btn" to={"/people/new" as "/tickets"}><IconPlus size={16} stroke={1.75} aria-hidden />New person</Link>;
  return (
    <main className="pane page" aria-label="People">
      <header className="top"><div className="row wrap" style={{ gap: 12 }}><h1 className="t20 b6 grow">Customers</h1><SearchBox label="Find a person" />{add}</div></header>
      <CustomerTabs at="people" />
      <div className="chips"><Choice label="Which people" value={kind} options={[["", "Everyone"], ["customer", "Customers"], ["agent", "Colleagues"]]} onChange={(k) => void go({ to: "." as never, search: ((s: object) => ({ ...s, kind: k || undefined })) as never })} /></div>
      <div className="scroll">
        {query.isError && rows.length === 0 ? <Failure what="The list of people" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconUsers size={20} stroke={1.75} aria-hidden />} title={q ? `Nobody matches “${q}”` : "Nobody is here yet"} action={add || undefined}>{q ? "Search looks at names and addresses. Try fewer letters." : "People appear when they write. You can also add them."}</Empty>
        : (
          <table className="tbl fixed">
            <thead><tr><th>Name</th><th className="wide">Email</th><th>Organization</th><th className="num wide" style={{ width: 90 }}>Tickets</th><th className="num wide" style={{ width: 120 }}>Last seen</th></tr></thead>
            {query.isPending ? <SkelRows cols={5} /> : (
              <tbody>
                {rows.map((p) => (
                  <tr key={p.id}>
                    <td><Link to={`/people/${p.id}` as "/tickets"} className="row cell"><Avatar id={p.id} name={p.name} /><span className="cut b5" dir="auto">{p.name}</span>{p.agent && <span className="tag wide">Colleague</span>}</Link></td>
                    <td className="cut m2 wide">{p.email}</td>
                    <td className="cut">{p.organization ? <Link className="link" to={`/organizations/${p.organization.id}` as "/tickets"}>{p.organization.name}</Link> : <span className="m3">None</span>}</td>
                    <td className="num wide">{countText(p.ticket_count)}</td>
                    <td className="num m3 wide">{p.last_seen_at ? <When at={p.last_seen_at} /> : "never"}</td>
                  </tr>
                ))}
              </tbody>
            )}
          </table>
        )}
        <More query={query} />
      </div>
    </main>
  );
}
