/** What the API says of playbooks and their runs. */
import type { Count, FileRef, ID } from "./types";

/** An answer with its question; of files, those that are still there. */
export interface Answer { title: string; value: string; files?: FileRef[] }

export interface RunField { name: string; title: string; help: string; type: "text" | "long_text" | "number" | "date" | "yes_no" | "choice" | "email" | "link" | "file"; options: string[]; required: boolean; /** Of a file: what is taken, how large, how many. */ types?: string[]; max_mb?: number; files?: number; /** Of a quiz: several may be right. */ many: boolean }
export interface Who { kind: "person" | "team"; id: ID; title: string }
export interface RunRole { role: string; title: string; ask: boolean; who: Who | null; may_give: boolean }
export interface Playbook { id: ID; version: number; name: string; title: string; called: string; subject: string; /** That kind in words. */ about: string; /** That kind and other sides of the same records. */ sides: string[]; findable: boolean; ask: RunField[]; roles: RunRole[]; stages: { name: string; title: string }[]; steps: number; may_start: boolean }
export type StepState = "ahead" | "scheduled" | "active" | "done" | "skipped" | "passed" | "failed" | "dropped";
export interface RunStep {
  name: string; title: string; description: string; kind: string; stage: string; state: StepState; round: number; review: boolean; late: boolean;
  who: Who[]; roles: string[]; role_names: string[]; after: string[]; begins: string | null; ready: string | null; due: string | null; wakes: string | null; ended: string | null; ended_by: Who | null;
  outcome: string; reason: string; score: number | null; fields: RunField[]; evidence: RunField[]; options: { name: string; title: string }[];
  answers: Answer[]; given: Answer[]; votes: { who: Who; role: string; yes: boolean; note: string; at: string }[];
  child_id: ID | null; event_id: ID | null; may_complete: boolean; may_decide: boolean; may_skip: boolean; may_retry: boolean; may_give: boolean;
}
export interface Run {
  id: ID; title: string; called: string; playbook: { name: string; title: string; version: number }; subject: { kind: string; id: ID }; subject_title: string; about: string;
  state: "queued" | "active" | "paused" | "done" | "cancelled"; outcome: string; stage: { name: string; title: string } | null; stages: { name: string; title: string }[];
  owner: Who | null; starter: Who | null; roles: RunRole[]; asked: Answer[]; created: string; started: string | null; ended: string | null; paused_at: string | null;
  due: string | null; parent_id: ID | null; done: number; total: number; steps: RunStep[]; newer: boolean; may_edit: boolean; may_give: boolean; version: number; /** What began it; null in lists. */ event_id: ID | null;
}
export interface DatedStep { run_id: ID; run: string; called: string; step: string; title: string; due: string; who: Who[]; playbook: string }
export interface Landing { run_id: ID; title: string; from: number; now: string[]; then: string[]; added: string[]; dropped: string[]; over: boolean }
export interface Landings { total: Count; runs: Landing[] }
export interface BulkRuns { id: ID; state: "running" | "done"; looked: number; started: number; refused: number; problems: { id: ID; text: string }[] }
/** A record that a run could be about. */
export interface RunSubject { id: ID; title: string; detail: string; not_for: string }
/** One thing that happened to a run. */
export interface RunLine { id: ID; at: string; verb: string; by: string; says: string; step: string; title: string; because: string; files: FileRef[] }
export interface DryLine {
  at: string; what: string; verb: string; step: string; title: string; outcome: string; due: string | null; kind: string; who: string[]; people: Who[];
  does: string; values: { title: string; value: string }[]; options: { name: string; title: string }[];
  /** It waits for what may come on a day. */ waits: boolean; /** A condition says whether it is done. */ may_be_needed: boolean; fields: RunField[]; read: Record<string, unknown> | null;
}
export interface DryRun { state: Run["state"]; outcome: string; lines: DryLine[] }
