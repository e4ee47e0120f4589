/** The figures of a picture as a table: for reading exactly, and for who does not see the picture. */
import { useMemo, useState } from "react";
import type { FigureGroup, SeriesAnswer } from "@/api/insight";
import { phrase } from "@/language/phrase";
import { number } from "@/lib/words";
import { periodName } from "./axis";
import { fraction } from "../scale";
import { byValue } from "./shape";
import { say, sayChange } from "./unit";

const most = 400;
export function Figures({ of, groups, caption }: { of: SeriesAnswer; groups: FigureGroup[]; caption: string }) {
  const unit = of.indicator.unit, one = groups.length === 1, ratio = unit === "percent";
  const names = fraction(of.indicator.formula);
  const before = one ? of.compare?.groups[0] : undefined;
  const [by, setBy] = useState<{ column: number; down: boolean } | null>(null);
  const points = groups[0]?.points ?? [];
  const rows = useMemo(() => {
    const order = points.map((_, i) => i);
    if (!by) return order.reverse();
    const value = (i: number) => (by.column < 0 ? i : groups[by.column].points[i].value ?? -Infinity);
    return order.sort((a, b) => (value(a) - value(b)) * (by.down ? -1 : 1));
  }, [points, groups, by]);
  const head = (column: number, word: string) => (
    <th key={column} scope="col" className={column < 0 ? "" : "num"} aria-sort={by?.column === column ? (by.down ? "descending" : "ascending") : undefined}>
      <button type="button" onClick={() => setBy((b) => ({ column, down: b?.column === column ? !b.down : true }))}>{word}{by?.column === column && <span aria-hidden> {by.down ? "↓" : "↑"}</span>}</button>
    </th>
  );
  return (
    <>
      <table className="figures">
        <caption className="sr">{caption}</caption>
        <thead><tr>{head(-1, phrase("Period"))}{groups.map((g, k) => head(k, g.label || of.indicator.title))}{one && ratio && <><th className="num">{names?.[0] ?? "Counted"}</th><th className="num">{names?.[1] ?? "Of"}</th></>}{before && <th className="num">Before</th>}</tr></thead>
        <tbody>{rows.slice(0, most).map((i) => (
          <tr key={points[i].from}><th scope="row">{periodName(points[i].from, of.every, of.zone)}</th>{groups.map((g) => <td key={g.key} className="num">{g.points[i].value === null ? <span className="m3">no data</span> : say(g.points[i].value, unit)}</td>)}
            {one && ratio && <><td className="num m2">{number(groups[0].points[i].numerator)}</td><td className="num m2">{number(groups[0].points[i].denominator)}</td></>}{before && <td className="num m3">{before.points[i] ? say(before.points[i].value, unit) : ""}</td>}</tr>
        ))}</tbody>
      </table>
      {rows.length > most && <p className="t12 m3" style={{ padding: "8px 0" }}>{number(most)} of {number(rows.length)} rows. The export has all of them.</p>}
    </>
  );
}

/** A row a group, with the period before beside it. */
export function Groups({ of, onGroup }: { of: SeriesAnswer; onGroup?: (key: string) => void }) {
  const unit = of.indicator.unit;
  const rows = byValue(of.groups);
  const before = (key: string) => of.compare?.groups.find((g) => g.key === key)?.total.value ?? null;
  return (
    <table className="figures">
      <caption className="sr">{of.indicator.title}</caption>
      <thead><tr><th scope="col">Group</th><th scope="col" className="num">{of.indicator.title}</th>{unit === "percent" && <th className="num">Of</th>}{of.compare && <><th className="num">Before</th><th className="num">{phrase("Change", "what changed")}</th></>}</tr></thead>
      <tbody>{rows.map((g) => {
        const was = before(g.key);
        return <tr key={g.key}><th scope="row">{onGroup ? <button type="button" className="why" onClick={() => onGroup(g.key)}>{g.label}</button> : g.label}</th><td className="num">{g.total.hidden ? <span className="m3">Not shown</span> : say(g.total.value, unit)}</td>{unit === "percent" && <td className="num m2">{number(g.total.denominator)}</td>}
          {of.compare && <><td className="num m3">{was === null ? "" : say(was, unit)}</td><td className="num m3">{was === null || g.total.value === null ? "" : sayChange(g.total.value - was, unit)}</td></>}</tr>;
      })}</tbody>
    </table>
  );
}
