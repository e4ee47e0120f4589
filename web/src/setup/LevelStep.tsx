/** The first service level: usual figures to begin with, each of which can be changed. */
import { NumberInput, Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { blueprintsQuery } from "@/api/query";
import { useMe } from "@/app/session";
import { priorityWord } from "@/lib/words";
import { Tick } from "@/ui/Tag";
import { Wrong } from "@/ui/Wrong";
import type { Priority } from "@/api/types";
import { phrase } from "@/language/phrase";
import { apply, yaml } from "./api";
import { levelText, usual, type Figures } from "./level";
import { Step, Waits, waits, type StepProps } from "./Step";

const priorities: Priority[] = ["urgent", "high", "normal", "low"];

export function LevelStep({ next, skip }: StepProps) {
  const q = useQueryClient();
  const me = useMe();
  const there = (useQuery(blueprintsQuery).data ?? []).filter((b) => b.kind === "sla");
  const [title, setTitle] = useState(phrase("Standard support"));
  const [figures, setFigures] = useState<Figures>(usual);
  const [zone, setZone] = useState(me.choices?.zone || me.person.time_zone || Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [from, setFrom] = useState("08:00");
  const [to, setTo] = useState("18:00");
  const [busy, setBusy] = useState(false);
  const [held, setHeld] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const set = (metric: keyof Figures, p: Priority, v: number | string) => setFigures({ ...figures, [metric]: { ...figures[metric], [p]: v === "" ? "" : Number(v) } });
  async function keep() {
    setBusy(true);
    setError(null);
    try {
      const calendar = yaml([["kind", "calendar"], ["name", "working-hours"], ["title", "Working hours"], ["time_zone", zone]]) + "hours:\n" + ["mon", "tue", "wed", "thu", "fri"].map((d) => `  ${d}: [["${from}", "${to}"]]\n`).join("");
      const a = await apply("sla/standard.yaml", calendar + "---\n" + levelText(title, figures), `The service level ${title.trim()}, from the first run`);
      await q.invalidateQueries({ queryKey: blueprintsQuery.queryKey });
      if (waits(a)) setHeld(true);
      else next();
    } catch (e) {
      setError(e);
    }
    setBusy(false);
  }
  if (there.length > 0) return (
    <Step title="Service level" skip={skip} done why="What you promise: how soon somebody answers, counted in working hours.">
      <p className="banner good"><span className="good"><Tick /></span><span className="grow">There {there.length === 1 ? "is one" : `are ${there.length}`}: {there.map((b, i) => <span key={b.name}>{i > 0 && ", "}<Link className="link in" to={`/configuration/sla/${b.name}` as "/tickets"}>{b.title}</Link></span>)}. They change in the configuration, where a plan shows what a change would do.</span></p>
    </Step>
  );
  const hours = Array.from({ length: 25 }, (_, h) => `${String(h).padStart(2, "0")}:00`);
  return (
    <Step title="Service level" verb="Keep the service level" submit={() => void keep()} busy={busy} skip={skip}
      why="What you promise: how soon somebody answers, counted in working hours. The clock stops while you wait for the customer. These are usual figures of software companies; change what is not yours.">
      {held && <Waits />}
      <TextInput label="What it is called" value={title} maxLength={80} onChange={(e) => setTitle(e.currentTarget.value)} />
      <table className="levels"><caption className="sr">Hours until an answer, by priority</caption>
        <thead><tr><th scope="col">Priority</th><th scope="col">First reply, hours</th><th scope="col">Next reply, hours</th></tr></thead>
        <tbody>{priorities.map((p) => (
          <tr key={p}><th scope="row">{priorityWord[p]}</th>{(["first_reply", "next_reply"] as const).map((m) => (
            <td key={m}><NumberInput size="xs" hideControls min={0.25} max={2000} decimalScale={2} value={figures[m][p]} onChange={(v) => set(m, p, v)} aria-label={`${m === "first_reply" ? "First" : "Next"} reply, ${priorityWord[p].toLowerCase()}, hours`} style={{ maxWidth: 96 }} /></td>
          ))}</tr>
        ))}</tbody>
      </table>
      <div className="two" style={{ gridTemplateColumns: "minmax(0,1fr) 96px 96px" }}>
        <Select label="Working hours in" searchable limit={60} allowDeselect={false} data={Intl.supportedValuesOf("timeZone").map((z) => ({ value: z, label: z.replaceAll("_", " ") }))} value={zone} onChange={(z) => setZone(z ?? zone)} />
        <Select label="From" allowDeselect={false} data={hours.slice(0, 24)} value={from} onChange={(v) => setFrom(v ?? from)} />
        <Select label={phrase("To", "a time or version")} allowDeselect={false} data={hours.slice(1)} value={to} onChange={(v) => setTo(v ?? to)} error={to <= from ? "Later than from" : null} />
      </div>
      <p className="sub">Monday to Friday. Holidays, other days and other plans come later, in the configuration.</p>
      {error !== null && <Wrong what="The service level was not kept." error={error} />}
    </Step>
  );
}
