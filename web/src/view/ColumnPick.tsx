/** Which columns a table has, and in which order. */
import { IconArrowUp } from "@tabler/icons-react";
import "./view.css";

interface Props<C extends string> { titles: Record<C, string>; chosen: readonly C[]; put: (c: C[]) => void }
export function ColumnPick<C extends string>({ titles, chosen, put }: Props<C>) {
  const rest = (Object.keys(titles) as C[]).filter((c) => !chosen.includes(c));
  const up = (c: C) => { const i = chosen.indexOf(c), next = [...chosen]; next.splice(i, 1); next.splice(i - 1, 0, c); put(next); };
  return (
    <div role="group" aria-label="Columns">
      <p className="t12 m3">Columns</p>
      <ul className="colpick">
        {chosen.map((c, i) => <li key={c}><label><input type="checkbox" checked onChange={() => put(chosen.filter((x) => x !== c))} />{titles[c]}</label>{i > 0 && <button type="button" aria-label={`Move ${titles[c]} up`} onClick={() => up(c)}><IconArrowUp size={14} stroke={1.75} aria-hidden /></button>}</li>)}
        {rest.map((c) => <li key={c}><label className="m2"><input type="checkbox" checked={false} onChange={() => put([...chosen, c])} />{titles[c]}</label></li>)}
      </ul>
    </div>
  );
}
