/** One indicator: value, verdict, short line, target. Quiet while on target. */
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconLock } from "@tabler/icons-react";
import type { Figure, FigureHead, FigurePoint } from "@/api/insight";
import { number } from "@/lib/words";
import { tooFew } from "./chart/Picture";
import { parts } from "./chart/unit";
import { Spark } from "./Spark";
import { meets, targetText } from "./scale";

const icon = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
export function Verdict({ head, figure }: { head: Pick<FigureHead, "target">; figure: Figure }) {
  const on = meets(head, figure.value);
  if (figure.hidden) return <span className="row t12 m3" style={{ gap: 4 }} title={tooFew}><IconLock {...icon} />Not shown</span>;
  if (figure.value === null) return <span className="row t12 m3" style={{ gap: 4 }}><IconCircleDashed {...icon} />No data</span>;
  if (on === null) return null;
  return on ? <span className="row t12 m3" style={{ gap: 4 }}><IconCircleCheck {...icon} />On target</span> : <span className="row t12 danger b5" style={{ gap: 4 }}><IconAlertTriangle {...icon} />Off target</span>;
}

/** What stands beside a value: its unit, or how many of how many. */
export function beside(head: Pick<FigureHead, "unit" | "measure">, f: Figure): string {
  const word = parts(f.value, head.unit)[1];
  if (word) return word;
  return head.unit === "percent" && f.denominator > 0 && Number.isInteger(f.numerator) && Number.isInteger(f.denominator) ? `${number(f.numerator)} of ${number(f.denominator)}` : "";
}

export function NumberFace({ head, figure, points, change, small }: { head: FigureHead; figure: Figure; points: FigurePoint[]; change: string | null; small: boolean }) {
  return (
    <>
      <span className="v"><span className="t28 b6">{parts(figure.value, head.unit)[0]}</span><span className="m2 t12 cut">{beside(head, figure)}</span><span className="grow" /><Verdict head={head} figure={figure} /></span>
      <Spark points={points} head={head} off={meets(head, figure.value) === false} />
      <span className="ft"><span>{targetText(head)}</span><span>{[small && "Small sample", change].filter(Boolean).join(", ")}</span></span>
    </>
  );
}
