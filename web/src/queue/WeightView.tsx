/** What a ticket weighs: bars that sum exactly, one a part. */
import { useQuery } from "@tanstack/react-query";
import type { Weight } from "@/api/types";
import { Failure, Skel } from "@/ui/State";
import { weightQuery } from "./queries";

const signed = (n: number) => (n > 0 ? `+${n}` : `${n}`.replace("-", "−"));

export function WeightOf({ id }: { id: number }) {
  const weight = useQuery(weightQuery(id));
  if (weight.isError) return <Failure what="The weight" error={weight.error} retry={() => weight.refetch()} />;
  if (!weight.data) return <div style={{ padding: 12 }}><Skel w="60%" /><Skel w="40%" style={{ marginTop: 8 }} /></div>;
  return <Waterfall weight={weight.data} />;
}

export function Waterfall({ weight: w }: { weight: Weight }) {
  if (!w.waits) return <p className="m2" style={{ padding: "8px 0" }}>{w.why}</p>;
  let at = 0;
  const steps = w.parts.map((p) => { const from = at; at = Math.round((at + p.points) * 100) / 100; return { ...p, from, to: at }; });
  const low = Math.min(0, ...steps.map((s) => Math.min(s.from, s.to)));
  const span = Math.max(0, ...steps.map((s) => Math.max(s.from, s.to))) - low || 1;
  const place = (n: number) => ((n - low) / span) * 100;
  return (
    <div className="wfall">
      <table>
        <tbody>
          {steps.map((s, i) => (
            <tr key={i}>
              <th scope="row">{s.title}{s.detail && <span className="sub cut" title={s.detail}>{s.detail}</span>}</th>
              <td className="num">{s.points === 0 ? "" : signed(s.points)}</td>
              <td className="bars" aria-hidden="true">{s.points !== 0 && <i className={s.points > 0 ? "up" : "down"} style={{ left: `${place(Math.min(s.from, s.to))}%`, width: `${Math.max(0.6, (Math.abs(s.points) / span) * 100)}%` }} />}</td>
            </tr>
          ))}
          <tr className="sum"><th scope="row">Weight</th><td className="num b6">{signed(w.total)}</td><td /></tr>
        </tbody>
      </table>
      {w.not_for_you ? <p className="m2">Not for you. {w.not_for_you}</p> : w.for_you && <p className="m2">It is for you: whoever asks for the next ticket gets the heaviest that is.</p>}
      <p className="sub">Queue {w.queue?.title}, version {w.queue?.version}. One point for every {w.minutes_per_point === 60 ? "hour" : `${w.minutes_per_point} minutes`} of waiting; nought when its promise is due.</p>
    </div>
  );
}
