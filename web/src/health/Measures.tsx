/** What a score is made of, by group: colour, value, and what each measure adds. */
import { useState } from "react";
import type { Health, HealthLeaf } from "@/api/health";
import { When } from "@/ui/When";
import { Band } from "./Band";
import { Events } from "./Events";
import { leafWords, points, stateWord } from "./words";

export function Measures({ health: h }: { health: Health }) {
  const [open, setOpen] = useState("");
  const groups = [...new Set(h.measures.map((l) => l.group))];
  return (
    <table className="leaves" aria-label="What the score is made of">
      <thead><tr><th scope="col">Measure</th><th scope="col">Colour</th><th scope="col" className="num">Weight</th><th scope="col" className="num">Adds</th></tr></thead>
      {groups.map((g) => (
        <tbody key={g}>
          <tr className="group"><th scope="rowgroup" colSpan={4}>{g}</th></tr>
          {h.measures.filter((l) => l.group === g).map((l) => (
            <tr key={l.name} className={l.state === "scored" ? "" : "away"}>
              <th scope="row"><button type="button" className="link-like" aria-expanded={open === l.name} onClick={() => setOpen(open === l.name ? "" : l.name)}>{l.of && `${l.of}: `}{l.title}</button><span className="sub">{leafWords(l)}{l.old && ", data is old"}</span>{open === l.name && <More leaf={l} />}</th>
              <td>{l.state === "scored" ? <Band colour={l.colour} small /> : <Band colour="" small word={stateWord[l.state]} />}</td>
              <td className="num">{l.effective}%{l.effective !== l.weight && <span className="sub">of {l.weight}%</span>}</td>
              <td className="num b6">{l.state === "scored" ? points(l.adds) : "–"}</td>
            </tr>
          ))}
        </tbody>
      ))}
      <tbody><tr className="sum"><th scope="row" colSpan={3}>{h.override || h.children.length > 0 ? "The account by itself" : "Score"}</th><td className="num b6">{points(h.own)}</td></tr></tbody>
    </table>
  );
}

function More({ leaf: l }: { leaf: HealthLeaf }) {
  return (
    <span className="more t12 m2">
      {l.bands.map((b) => <span key={b.colour + b.when} title={b.when} className="row" style={{ gap: 6 }}><Band colour={b.colour} small /><span className="grow break">{b.says}</span><span className="num">{points(b.points)}</span></span>)}
      <span className="break">{l.measures.join(", ")}{l.at && <>, as of <When at={l.at} /></>}. {l.events.length > 0 && <Events ids={l.events} />}</span>
    </span>
  );
}
