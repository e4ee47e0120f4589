/** What a dry run can be told at one of its lines: the way the step turns out, the day that what it waits for comes, its answers. */
import { TextInput } from "@mantine/core";
import { useState } from "react";
import type { DryLine } from "@/api/run";
import { isApiError } from "@/api/error";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { Wrong } from "@/ui/Wrong";
import { Fields, type Answers } from "./Fields";
import { without, type Told } from "./told";

interface Props { line: DryLine; told: Told; tell: (t: Told) => void; busy: boolean; error: unknown }
export function DryTurns({ line: l, told, tell, busy, error }: Props) {
  const step = l.step, comes = told.comes[step];
  const asked = l.fields.filter((f) => f.type !== "file");
  if (!step || (l.options.length === 0 && !l.waits && !l.may_be_needed && asked.length === 0)) return null;
  const turn = (name: string) => tell({ ...told, outcomes: name ? { ...told.outcomes, [step]: name } : without(told.outcomes, step), comes: without(told.comes, step) });
  const day = (v: string) => tell({ ...told, outcomes: without(told.outcomes, step), comes: v ? { ...told.comes, [step]: v } : without(told.comes, step) });
  const need = (v: "" | "yes" | "no") => tell({ ...told, needed: v ? { ...told.needed, [step]: v === "yes" } : without(told.needed, step) });
  return (
    <div className="dryturns">
      {l.may_be_needed && <Choice label={`Whether ${l.title} is needed`} value={told.needed[step] === undefined ? "" : told.needed[step] ? "yes" : "no"} options={[["", "As its condition says"], ["yes", "Needed"], ["no", "Not needed"]] as const} onChange={need} />}
      {l.verb === "run.step_ready" && l.options.length > 0 && <Choice label={`How ${l.title} turns out`} value={comes ? "" : told.outcomes[step] ?? l.options[0].name} options={l.options.map((o) => [o.name, o.title] as const)} onChange={turn} />}
      {l.waits && <TextInput type="date" label="It comes on" description="Whatever its condition or its date says" value={comes ?? ""} onChange={(e) => day(e.currentTarget.value)} style={{ maxWidth: 220 }} />}
      {asked.length > 0 && <Answered key={step} fields={asked} given={told.answers[step] ?? {}} busy={busy} error={error} tell={(a) => tell({ ...told, answers: Object.keys(a).length > 0 ? { ...told.answers, [step]: a } : without(told.answers, step) })} />}
      {error !== null && asked.length === 0 && <Wrong what="It could not be tried." error={error} />}
    </div>
  );
}

function Answered({ fields, given, busy, error, tell }: { fields: DryLine["fields"]; given: Answers; busy: boolean; error: unknown; tell: (a: Answers) => void }) {
  const [open, setOpen] = useState(Object.keys(given).length > 0);
  const [answers, setAnswers] = useState<Answers>(given);
  const wrong: Record<string, string> = {};
  if (isApiError(error)) for (const d of error.details) if ("field" in d && d.field) wrong[String(d.field).replace(/^(body\.)?answers\./, "")] = d.message;
  const known = fields.some((f) => wrong[f.name]);
  if (!open) return <Btn small onClick={() => setOpen(true)}>Say what is answered</Btn>;
  const said = Object.fromEntries(Object.entries(answers).filter(([, v]) => v !== undefined));
  return (
    <form className="stepform" onSubmit={(e) => { e.preventDefault(); if (!busy) tell(said); }}>
      <Fields fields={fields.map((f) => ({ ...f, required: false }))} value={answers} onChange={setAnswers} wrong={wrong} />
      {error !== null && !known && <Wrong what="It could not be tried." error={error} />}
      <div className="row wrap" style={{ gap: 8 }}><Btn small kind="pri" type="submit" busy={busy}>Go on with these answers</Btn><Btn small kind="quiet" onClick={() => { setAnswers({}); setOpen(false); tell({}); }}>Let it make them up</Btn></div>
    </form>
  );
}
