/** What the primary installation of an account reports, with ninety days of each metric. */
import { Select } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { useMemo, useState } from "react";
import { number } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { Export } from "./Export";
import { pointsQuery, usageQuery, type Instance, type Metric } from "./data";

export function Usage({ id, may }: { id: number; may: boolean }) {
  const query = useQuery(usageQuery(id));
  const [chosen, choose] = useState<string | null>(null);
  const all = query.data ?? [];
  const at = all.find((i) => String(i.id) === chosen) ?? all[0];
  return (
    <section className="card" aria-label="Usage">
      <header><h2 className="h3 grow">Usage</h2>{all.length > 1 && <Select size="xs" aria-label="Installation" value={at ? String(at.id) : null} onChange={choose} allowDeselect={false} data={all.map((i) => ({ value: String(i.id), label: `${i.key || "Installation"}${i.primary ? ", primary" : ""}` }))} />}{at && <span className="t12 m3">{at.purpose || "Installation"}, heard of <When at={at.seen_at} /></span>}</header>
      {may && at && all.length > 1 && <Primary id={id} at={at} />}
      {query.isPending ? <div className="in"><Skel w="60%" /></div> : !at ? <p className="in m3">Its product has reported nothing yet.</p> : at.metrics.length === 0 ? <p className="in m3">What it reported is too old to count.</p> : (
        <table className="tbl fixed"><thead><tr><th>Metric</th><th className="num" style={{ width: 120 }}>Now</th><th className="wide" style={{ width: 140 }}>90 days</th><th className="wide" style={{ width: 130 }}>As of</th></tr></thead>
          <tbody>{at.metrics.map((m) => <Row key={m.metric} id={id} m={m} primary={at.primary} />)}</tbody></table>
      )}
    </section>
  );
}

/** Which installation stands for the account: the largest in production, unless somebody says. */
function Primary({ id, at }: { id: number; at: Instance }) {
  const client = useQueryClient();
  const set = useMutation({
    mutationFn: (chosen: boolean) => api.post(`/accounts/${id}/instances/${at.id}/primary`, { chosen }), onError: (e) => fail("It could not be chosen", e),
    onSuccess: (_, chosen) => say(chosen ? "It stands for the account now" : "The largest in production stands for the account again"),
    onSettled: () => { for (const k of ["account-usage", "account-points", "account-lines", "health", "account-observed"]) void client.invalidateQueries({ queryKey: [k] }); },
  });
  return (
    <p className="in row wrap t12 m2" style={{ gap: 8, paddingBottom: 0 }}>
      <span className="grow">{at.chosen ? "Somebody chose this installation to stand for the account." : at.primary ? "It stands for the account: the largest in production." : "Another installation stands for the account."}</span>
      {at.chosen ? <Btn small busy={set.isPending} onClick={() => set.mutate(false)}>Let it be found</Btn> : <Btn small busy={set.isPending} onClick={() => set.mutate(true)}>{at.primary ? "Keep it so" : "Make it the primary one"}</Btn>}
    </p>
  );
}

function Row({ id, m, primary }: { id: number; m: Metric; primary: boolean }) {
  const from = useMemo(() => new Date(Date.now() - 90 * 86_400_000).toISOString().slice(0, 10) + "T00:00:00Z", []);
  const points = useQuery({ ...pointsQuery(id, m.metric, from), enabled: primary }).data ?? [];
  return <tr><td className="cut" title={m.metric}>{m.title} {m.type === "counter" && <span className="t12 m3">in its window</span>}</td><td className="num">{number(Math.round(m.value * 100) / 100)} <span className="t12 m3">{m.unit}</span></td><td className="wide"><Mini values={points.map((p) => p.value)} /></td><td className="wide m3 t12"><span className="row" style={{ gap: 4 }}><span className="grow"><When at={m.at} /></span>{primary && <Export table="usage" ask={{ account: id, metric: m.metric, from: "2000-01-01T00:00:00Z" }} tip={`Export the points of ${m.title}`} />}</span></td></tr>;
}

function Mini({ values }: { values: number[] }) {
  if (values.length < 2) return <span className="m3">–</span>;
  const lo = Math.min(...values), hi = Math.max(...values), span = hi - lo || 1;
  const pts = values.map((v, i) => `${((i / (values.length - 1)) * 116 + 2).toFixed(1)},${(23 - ((v - lo) / span) * 20).toFixed(1)}`);
  const [x, y] = pts[pts.length - 1].split(",");
  return <svg className="usagepic" viewBox="0 0 120 26" aria-hidden="true"><polyline points={pts.join(" ")} fill="none" stroke="var(--ink-2)" strokeWidth="1.5" strokeLinejoin="round" /><circle cx={x} cy={y} r="2.5" fill="var(--ink-2)" /></svg>;
}
