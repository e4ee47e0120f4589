/** The shortest way to the next band: the fewest changes, with what each is worth. */
import type { Health } from "@/api/health";
import { plural } from "@/lib/words";
import { Band } from "./Band";
import { colourWord, points, signed, valueWords } from "./words";

export function NextBand({ health: h }: { health: Health }) {
  const w = h.way;
  if (!w.band) return <p className="m2">{h.score === null ? "Without a score there is no way to tell." : "It is in the best band."}</p>;
  const band = colourWord[w.band].toLowerCase();
  if (w.blocked) return <p className="m2">{w.blocked} holds the colour, and no measure of the scorecard lifts that.</p>;
  if (!w.reaches) return <p className="m2">No change of what is measured brings it to {band}. Too little of the score is observed, or the accounts below weigh too much.</p>;
  const leaves = new Map(h.measures.map((l) => [l.name, l]));
  return (
    <>
      <p className="m2">{plural(w.steps.length, "change")} and it is {band} with {points(w.score)}.</p>
      <ol className="way">
        {w.steps.map((s) => (
          <li key={s.name}>
            <div className="row wrap" style={{ gap: 8 }}><b className="b6 grow">{s.title}</b><Band colour={s.from} small /><span aria-label="to" className="m3">→</span><Band colour={s.to} small /><b className="b6 good num">{signed(s.points)}</b></div>
            <p className="t12 m2">{s.value === null ? "" : `Now ${valueWords(s.value, leaves.get(s.name))}. `}It needs {s.says}.{s.lifts && ` That also ends: ${s.lifts}.`}</p>
          </li>
        ))}
      </ol>
    </>
  );
}
