/** The lines of a dry run up to the one that is looked at, and the buttons that go on. */
import { IconArrowLeft, IconArrowRight, IconPlayerSkipForward } from "@tabler/icons-react";
import { useEffect, useRef, type ReactNode } from "react";
import type { DryLine, DryRun } from "@/api/run";
import { clockTime, date, exact, ms } from "@/lib/time";
import { valueText } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { DryTurns } from "./DryTurns";
import type { Told } from "./told";
import { kindWord, outcomeText } from "./words";

interface Props { found: DryRun; shown: number; setShown: (n: number) => void; told: Told; tell: (t: Told) => void; busy: boolean; error: unknown; start: ReactNode }
export function DryLines({ found, shown, setShown, told, tell, busy, error, start }: Props) {
  const lines = found.lines.slice(0, shown), all = shown >= found.lines.length;
  const now = lines[lines.length - 1];
  const titleOf = (l: DryLine) => found.lines.find((x) => x.step === l.step && x.verb === "run.step_ready")?.options.find((o) => o.name === l.outcome)?.title ?? outcomeText(l.outcome);
  const last = useRef<HTMLLIElement>(null);
  useEffect(() => { last.current?.scrollIntoView({ block: "nearest" }); }, [shown]);
  return (
    <section aria-label="What would happen">
      <div className="drybar">
        <Btn small kind="quiet" icon={<IconArrowLeft size={16} stroke={1.75} aria-hidden />} disabled={shown <= 1} onClick={() => setShown(shown - 1)}>Back</Btn>
        <Btn small kind="pri" icon={<IconArrowRight size={16} stroke={1.75} aria-hidden />} disabled={all} onClick={() => setShown(shown + 1)}>Next</Btn>
        <Btn small kind="quiet" icon={<IconPlayerSkipForward size={16} stroke={1.75} aria-hidden />} disabled={all} onClick={() => setShown(found.lines.length)}>To the end</Btn>
        <span className="sub grow" aria-live="polite">{now && <>It is <b className="b6">{dayTime(now.at)}</b>, {shown} of {found.lines.length}</>}</span>{start}
      </div>
      <ol className="drylines">{lines.map((l, i) => <Line key={i} line={l} turned={l.step ? titleOf(l) : outcomeText(l.outcome)} ref={i === shown - 1 ? last : undefined}>{i === shown - 1 && <DryTurns key={l.step + l.verb} line={l} told={told} tell={tell} busy={busy} error={error} />}</Line>)}</ol>
      {all && <p className={`banner ${found.state === "done" ? "good" : "info"}`} style={{ marginTop: 10 }}><span className="grow">{found.state === "done" ? (found.outcome === "completed" ? "It is done: nothing is left to do." : `It ended: ${outcomeText(found.outcome).toLowerCase()}.`) : "It waits for something that a dry run does not know. Go back to the step that waits and say when it comes."}</span></p>}
    </section>
  );
}

/** The clock of a dry run: always with its day, as it is not today's. */
const dayTime = (at: string): string => `${date(ms(at))}, ${clockTime(ms(at))}`;
const Day = ({ at }: { at: string }) => <time className="m3 t12 tn" dateTime={at} title={exact(at)}>{dayTime(at)}</time>;

function Line({ line: l, turned, ref, children }: { line: DryLine; turned: string; ref?: React.Ref<HTMLLIElement>; children: ReactNode }) {
  const read = Object.entries(l.read ?? {});
  return (
    <li ref={ref} className={ref ? "now" : undefined} aria-current={ref ? "step" : undefined}>
      <Day at={l.at} />
      <div style={{ minWidth: 0 }}>
        <p className="row wrap break" style={{ gap: "2px 10px" }}><b className="b5" dir="auto">{l.title}</b>{l.kind && l.kind !== "task" && <span className="sub">{kindWord(l.kind)}</span>}<span className="m2">{l.what}{l.outcome && turned && `: ${turned}`}</span></p>
        {(l.who.length > 0 || l.due) && <p className="sub row wrap" style={{ gap: "2px 12px" }}>{l.who.length > 0 && <span>{l.people.length === l.who.length ? l.who.map((role, i) => `${role}: ${l.people[i].title}`).join(", ") : [...l.who, ...l.people.map((w) => w.title)].join(", ")}</span>}{l.due && <span className={l.due < l.at ? "danger" : undefined}>Due {dayTime(l.due)}</span>}</p>}
        {l.does && <><p className="t12">{l.does}</p><dl className="facts small">{l.values.map((v) => <div key={v.title}><dt>{v.title}</dt><dd className="break" dir="auto">{v.value}</dd></div>)}</dl></>}
        {read.length > 0 && <p className="sub break">Because {read.map(([path, v]) => `${path} is ${valueText(v)}`).join(", ")}</p>}
        {children}
      </div>
    </li>
  );
}
