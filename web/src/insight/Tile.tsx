/** One indicator: value, verdict, line, target. Quiet while on target. */
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Indicator } from "@/api/types";
import { number, percent } from "@/lib/words";
import { Spark } from "./Spark";
import { step, targetText } from "./scale";

export function Verdict({ indicator: i }: { indicator: Indicator }) {
  const p = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
  if (i.on_target === null || i.value === null) return <span className="row t12 m3" style={{ gap: 4 }}><IconCircleDashed {...p} />{i.value === null ? "No data" : "No target"}</span>;
  return i.on_target ? <span className="row t12 m3" style={{ gap: 4 }}><IconCircleCheck {...p} />On target</span> : <span className="row t12 danger b5" style={{ gap: 4 }}><IconAlertTriangle {...p} />Off target</span>;
}
export const valueText = (i: Indicator) => (i.value === null ? "–" : i.unit === "percent" ? percent(i.value) : number(i.value));

export function Tile({ indicator: i, open }: { indicator: Indicator; open: boolean }) {
  return (
    <Link to={`/insight/${i.name}` as "/tickets"} className={`card tile${open ? " on" : ""}`} aria-current={open ? "true" : undefined}>
      <span className="m2 cut">{i.title}</span>
      <span className="v"><span className="t28 b6">{valueText(i)}</span><span className="m2 t12 cut">{number(i.numerator)} of {number(i.denominator)}</span><span className="grow" /><Verdict indicator={i} /></span>
      <Spark indicator={i} />
      <span className="ft"><span>{targetText(i)}</span><span>{i.small_sample ? "Small sample" : step(i.series)}</span></span>
    </Link>
  );
}
