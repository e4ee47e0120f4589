/** What every step of the first run looks like: what it is for, its form, and a way past it. */
import type { FormEvent, ReactNode } from "react";
import type { Applied } from "@/api/configuration";
import { Btn } from "@/ui/Btn";
import type { Progress } from "./api";

export interface StepProps { progress: Progress; next: () => void; skip: () => void }

export function Step({ title, why, children, submit, verb, busy, skip, more, done, last }: { title: string; why: ReactNode; children?: ReactNode; submit?: () => void; verb?: string; busy?: boolean; skip: () => void; more?: ReactNode; done?: boolean; last?: boolean }) {
  const send = (e: FormEvent) => { e.preventDefault(); if (!busy) submit?.(); };
  return (
    <form onSubmit={send} noValidate style={{ display: "grid", gap: 16 }} aria-label={title}>
      <div><h2 className="t16 b6">{title}</h2><p className="m2">{why}</p></div>
      {children}
      <div className="stepfoot">{verb && <Btn kind="pri" type="submit" busy={busy}>{verb}</Btn>}{more}{!(last && done) && <Btn kind="quiet" onClick={skip}>{done ? "Next" : "Leave out for now"}</Btn>}</div>
    </form>
  );
}

/** Said when a text waits for somebody's approval, instead of taking force. */
export const waits = (a: Applied) => a.request !== null && a.number === null;
export const Waits = () => <p className="banner attention"><span className="grow">A policy asks for approval, so this waits as a change request. It takes force when somebody has approved it.</span></p>;
