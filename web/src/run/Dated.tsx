/** What is due, as a calendar: a month or a week at a time, with the steps of the chosen day below. */
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import type { DatedStep } from "@/api/run";
import { DAY, clockTime, dayNumber, fmt, ms, now } from "@/lib/time";
import { plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { Failure } from "@/ui/State";
import { datedQuery } from "./query";
import { whoText } from "./words";
import { among, keyed, shown, type Span } from "./calendar";

const spans = [["month", "Month"], ["week", "Week"]] as const;
const at = (day: number, o: Intl.DateTimeFormatOptions) => fmt(day * DAY + DAY / 2, o, "UTC");

export function Dated({ playbook }: { playbook: string }) {
  const today = dayNumber(now());
  const [day, setDay] = useState(today);
  const [span, setSpan] = useState<Span>("month");
  const [from, until] = shown(day, span);
  const query = useQuery(datedQuery(playbook, new Date((from - 1) * DAY).toISOString(), new Date((until + 1) * DAY).toISOString()));
  const days = new Map<number, DatedStep[]>();
  for (const s of query.data ?? []) {
    const n = dayNumber(ms(s.due));
    days.set(n, [...(days.get(n) ?? []), s]);
  }
  const grid = useRef<HTMLTableElement>(null);
  const follow = useRef(false);
  useEffect(() => {
    if (follow.current) grid.current?.querySelector<HTMLButtonElement>('[tabindex="0"]')?.focus();
    follow.current = false;
  }, [day]);
  const move = (e: KeyboardEvent) => {
    const to = keyed(day, e.key);
    if (to === null) return;
    e.preventDefault();
    follow.current = true;
    setDay(to);
  };
  const weeks = Array.from({ length: (until - from) / 7 }, (_, w) => Array.from({ length: 7 }, (_, d) => from + 7 * w + d));
  const chosen = days.get(day) ?? [];
  const room = span === "week" ? 12 : 3;
  return (
    <div className="scroll">
      <div className="row wrap calbar">
        <Btn small icon={<IconChevronLeft size={16} stroke={1.75} aria-hidden />} tip={span === "month" ? "Month before" : "Week before"} onClick={() => setDay(among(day, span, -1))} />
        <b className="b6 name" aria-live="polite">{span === "month" ? at(day, { month: "long", year: "numeric" }) : `${at(from, { day: "numeric", month: "short" })} to ${at(until - 1, { day: "numeric", month: "short", year: "numeric" })}`}</b>
        <Btn small icon={<IconChevronRight size={16} stroke={1.75} aria-hidden />} tip={span === "month" ? "Next month" : "Next week"} onClick={() => setDay(among(day, span, 1))} />
        {day !== today && <Btn small kind="quiet" onClick={() => setDay(today)}>Today</Btn>}
        <span className="grow" />
        <Choice label="How much" value={span} options={spans} onChange={setSpan} />
      </div>
      {query.isError && !query.data ? <Failure what="The calendar" error={query.error} retry={() => query.refetch()} /> : <>
        <table ref={grid} role="grid" aria-label="Steps by the day they are due" aria-busy={query.isPending} className={`cal ${span}`} onKeyDown={move}>
          <thead><tr>{weeks[0].map((n) => <th key={n} scope="col"><span aria-hidden>{at(n, { weekday: "short" })}</span><span className="sr">{at(n, { weekday: "long" })}</span></th>)}</tr></thead>
          <tbody>{weeks.map((week) => <tr key={week[0]}>{week.map((n) => {
            const list = days.get(n) ?? [];
            const other = span === "month" && at(n, { month: "numeric" }) !== at(day, { month: "numeric" });
            return (
              <td key={n} role="gridcell" aria-selected={n === day} className={`${n === day ? "on " : ""}${n === today ? "today " : ""}${other ? "other" : ""}`}>
                <button type="button" tabIndex={n === day ? 0 : -1} aria-current={n === today ? "date" : undefined} onClick={() => setDay(n)}>
                  <span className="sr">{`${at(n, { weekday: "long", day: "numeric", month: "long" })}, ${list.length ? plural(list.length, "step") : "nothing"} due. `}</span>
                  <span className="num tn">{at(n, { day: "numeric" })}</span>
                  {list.slice(0, room).map((s) => <span key={`${s.run_id}/${s.step}`} className={`what cut${n < today ? " danger" : ""}`} dir="auto">{s.title}</span>)}
                  {list.length > room && <span className="what m3">{list.length - room} more</span>}
                  {list.length > 0 && <span className={`few tn${n < today ? " danger" : ""}`}>{list.length}</span>}
                </button>
              </td>
            );
          })}</tr>)}</tbody>
        </table>
        <section className="calday" aria-label={at(day, { weekday: "long", day: "numeric", month: "long" })}>
          <h2 className="t13 b6">{at(day, { weekday: "long", day: "numeric", month: "long" })}{day === today && <span className="m3"> today</span>}</h2>
          {query.isSuccess && chosen.length === 0 && <p className="sub">Nothing is due on this day.{days.size === 0 && " Steps under way appear on the day they are due."}</p>}
          <ul>{chosen.map((s) => (
            <li key={`${s.run_id}/${s.step}`} className="row wrap"><time className="sub tn" dateTime={s.due}>{clockTime(ms(s.due))}</time>
              <Link className="link cut" to={`/runs/${s.run_id}` as "/tickets"} dir="auto">{s.title}</Link><span className="sub cut grow" dir="auto">{s.called}: {s.run}{s.who.length > 0 && ` · ${whoText(s.who)}`}</span></li>
          ))}</ul>
        </section>
      </>}
    </div>
  );
}
