/** What somebody does with a step: answers it, chooses, decides, hands in, or skips it with a reason. */
import { Textarea } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import type { Run, RunStep } from "@/api/run";
import { Btn } from "@/ui/Btn";
import { Wrong } from "@/ui/Wrong";
import { Fields, type Answers } from "./Fields";

interface Props { run: Run; step: RunStep; doing: "complete" | "decide" | "skip"; focus: boolean; done: (r: Run) => void; leave: () => void }
export function StepForm({ run: r, step: s, doing, focus, done, leave }: Props) {
  const [answers, setAnswers] = useState<Answers>({});
  const [evidence, setEvidence] = useState<Answers>({});
  const [outcome, setOutcome] = useState("");
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [going, setGoing] = useState<Record<string, boolean>>({});
  const upload = (question: string) => `/runs/${r.id}/steps/${s.name}/files/${question}`;
  const wrong: Record<string, string> = {};
  if (isApiError(error)) for (const d of error.details) if ("field" in d && d.field) wrong[String(d.field).replace(/^(body\.)?(answers|evidence)\./, "")] = d.message;
  const send = async (path: string, body: object) => {
    setBusy(true);
    setError(null);
    try { done(await api.post<Run>(`/runs/${r.id}/steps/${s.name}/${path}`, body)); } catch (e) { setError(e); }
    setBusy(false);
  };
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (busy) return;
    if (doing === "skip") void send("skip", { reason: note });
    else if (doing === "complete") void send("complete", { answers, evidence, outcome, note });
  };
  const known = Object.keys(wrong).some((n) => [...s.fields, ...s.evidence].some((f) => f.name === n));
  const words = doing === "skip" ? "Why is it skipped?" : "Note";
  return (
    <form className="stepform" onSubmit={submit} aria-label={s.title}>
      {s.description && <p className="pre m2" dir="auto">{s.description}</p>}
      {doing === "complete" && <>
        <Fields fields={s.fields} value={answers} onChange={setAnswers} wrong={wrong} upload={upload} onBusy={(q, b) => setGoing((all) => ({ ...all, [q]: b }))} />
        {s.kind === "choice" && <div role="radiogroup" aria-label={s.title} className="options">{s.options.map((o) => <button key={o.name} type="button" role="radio" aria-checked={outcome === o.name} className={`btn${outcome === o.name ? " pri" : ""}`} onClick={() => setOutcome(o.name)}>{o.title}</button>)}</div>}
        <Fields fields={s.evidence} value={evidence} onChange={setEvidence} wrong={wrong} upload={upload} onBusy={(q, b) => setGoing((all) => ({ ...all, [q]: b }))} />
      </>}
      {(doing !== "complete" || s.kind === "task" || s.kind === "call") && <Textarea label={words} autosize minRows={1} maxRows={8} value={note} required={doing === "skip"} data-autofocus={focus || undefined} onChange={(e) => setNote(e.currentTarget.value)} />}
      {error !== null && !known && <Wrong what="It was not taken." error={error} />}
      <div className="row wrap" style={{ gap: 8 }}>
        {doing === "decide" ? <>
          <Btn kind="pri" busy={busy} onClick={() => send("decide", { yes: true, note })}>{s.review ? "Accept" : "Agree"}</Btn>
          <Btn busy={busy} onClick={() => send("decide", { yes: false, note })}>{s.review ? "Send back" : "Decline"}</Btn>
        </> : <Btn kind="pri" type="submit" busy={busy} disabled={Object.values(going).some(Boolean) && doing !== "skip"}>{doing === "skip" ? "Skip it" : ({ form: "Send answers", quiz: "Send answers", deliverable: "Hand in", choice: "Choose" })[s.kind] ?? "Mark as done"}</Btn>}
        <Btn kind="quiet" onClick={leave}>Not now</Btn>
      </div>
    </form>
  );
}
