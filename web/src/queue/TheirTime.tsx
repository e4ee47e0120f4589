/** On a colleague's page: whether they are given tickets, and their time off; whoever looks after teams enters it for them. */
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Availability, ID, PersonRef, PresenceState } from "@/api/types";
import { useCan } from "@/app/session";
import { exact } from "@/lib/time";
import { Choice } from "@/ui/Choice";
import { fail, say } from "@/ui/notify";
import { Failure } from "@/ui/State";
import { OffDays } from "./TimeOff";
import { presenceWords } from "./words";
import "./queue.css";

const theirsQuery = (id: ID) => queryOptions({ queryKey: ["availability", id], queryFn: () => api.get<Availability>(`/people/${id}/availability`), staleTime: 30_000 });

export default function TheirTime({ person: p, mine }: { person: PersonRef; mine: boolean }) {
  const q = useQueryClient();
  const can = useCan("team.write") || mine;
  const query = useQuery({ ...theirsQuery(p.id), retry: false });
  const d = query.data;
  const set = (state: PresenceState) => void api.put<Availability>(`/people/${p.id}/availability`, { state }).then(() => { void q.invalidateQueries({ queryKey: ["availability"] }); say(`${p.name}: ${presenceWords.find(([s]) => s === state)?.[1]}.`); }, (e) => fail("The state could not be changed", e));
  if (query.isError) return <section className="block" aria-label="Availability"><Failure what="The time off" error={query.error} retry={() => query.refetch()} /></section>;
  if (!d) return null;
  return (
    <section className="block" aria-label="Availability">
      <h2 className="h3" style={{ marginBottom: 6 }}>Availability</h2>
      <p className="sub">{d.given ? "Is given tickets now." : d.off ? `Off until ${exact(d.off.ends_at)}.` : `Is given no tickets now: ${d.why}.`} {d.region ? `Works the hours of ${d.region.title} (${d.region.zone.replaceAll("_", " ")}).` : "Belongs to no region."}</p>
      <div style={{ display: "grid", gap: 12, marginTop: 8 }}>
        {can && <Choice label="State" value={d.state} options={presenceWords} onChange={set} />}
        {!can && d.time_off.length === 0 && <p className="m3">No time off is ahead.</p>}
        <OffDays at={`/people/${p.id}/time-off`} days={d.time_off} may={can} zone={d.region?.zone} />
      </div>
    </section>
  );
}
