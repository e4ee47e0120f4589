/** An account's health on a page of its own. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { organizationQuery } from "@/api/query";
import { Skel } from "@/ui/State";
import { daysOf } from "./days";
import { HealthPanel } from "./HealthPanel";
import { PickDays } from "./PickDays";

export function HealthPage() {
  const id = Number((useParams({ strict: false }) as { id: string }).id);
  const go = useNavigate(), days = daysOf(useSearch({ strict: false }) as Record<string, string | undefined>);
  const o = useQuery(organizationQuery(id)).data;
  useEffect(() => { document.title = `Health${o ? ` of ${o.name}` : ""}, Steward`; }, [o]);
  return (
    <main className="pane page" aria-label="Health">
      <header className="top"><p className="t12 m3" style={{ marginBottom: 4 }}><Link className="link" to={`/accounts/${id}` as "/tickets"}>{o?.name ?? "Account"}</Link></p><h1 className="t20 b6 break" dir="auto">{o ? `Health of ${o.name}` : <Skel w={220} h={20} />}</h1></header>
      <div className="scroll"><PickDays days={days} set={(d) => void go({ to: "." as never, search: d as never, replace: true })} /><h2 className="sr">Health</h2><HealthPanel account={id} days={days} /></div>
    </main>
  );
}
