/** Teams and who is in them. What a team is stands in the configuration; its members change here. */
import { IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { agentsQuery, teamsQuery } from "@/api/query";
import { useCan } from "@/app/session";
import { CustomerTabs } from "@/customer/Tabs";
import { plural } from "@/lib/words";
import { Empty, Failure, Skel } from "@/ui/State";
import { TeamCard } from "./TeamCard";
import "./team.css";

export function Teams() {
  const query = useQuery(teamsQuery);
  const can = useCan("team.write");
  const agents = useQuery({ ...agentsQuery, enabled: can });
  const teams = query.data ?? [];
  useEffect(() => { document.title = "Teams, Steward"; }, []);
  return (
    <main className="pane page" aria-label="Teams">
      <header className="top"><div className="row wrap" style={{ gap: 12 }}><h1 className="t20 b6 grow">Customers</h1>{query.data && <span className="sub">{plural(teams.length, "team")}</span>}</div></header>
      <CustomerTabs at="teams" />
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The list of teams" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && teams.length === 0 ? <Empty icon={<IconUsersGroup size={20} stroke={1.75} aria-hidden />} title="No team yet">Teams are configured as blueprints of kind team. Apply one, then put people in it here.</Empty>
        : <div className="teams">{query.isPending ? [1, 2, 3].map((i) => <div key={i} className="card team"><Skel w="50%" h={14} /><Skel w="80%" style={{ marginTop: 14 }} /><Skel w="70%" style={{ marginTop: 10 }} /></div>) : teams.map((t) => <TeamCard key={t.name} team={t} agents={agents.data ?? []} can={can} />)}</div>}
      </div>
    </main>
  );
}
