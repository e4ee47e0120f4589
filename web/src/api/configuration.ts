/** What the API says of the configuration: blueprints, plans, changes, requests for one, and replays. */
import type { BlueprintRef, ClockState, Condition, Count, FieldChange, ID, PersonRef } from "./types";

export interface Blueprint extends BlueprintRef { drifted: boolean; updated_at: string | null; updated_by: PersonRef | null; change: number | null }
export interface BlueprintVersion { version: number; change: number; at: string; by: PersonRef | null; retired: boolean; message: string; source: Change["source"] }
export interface BlueprintDetail extends Blueprint { text: string; used_by: BlueprintRef[]; versions: BlueprintVersion[] }
export interface Kind { kind: string; title: string; summary: string; example: string }
export interface Finding {
  severity: "error" | "warning" | "note"; kind: string; name: string; path: string;
  line: number; column: number; message: string; suggestion: string | null;
}
export interface Document { path: string; text: string; /** A blueprint, as KIND/NAME, to take out of use instead of a text. */ remove?: string }
/** What a condition asks, in plain words, one sentence for each part. */
export interface Meaning { field: string; says: string[] }
/** One thing that conditions about a subject may read. */
export interface SubjectField { path: string; type: string; title: string; doc: string; values: string[] }
export interface Template { name: string; title: string; text: string; from: "example" | "kit" }
/** What refers to a blueprint: another one, at a path, or so many records. */
export interface Use { kind: string; name: string; title: string; path: string; count: Count | null; detail: string }
export interface Counts { added: number; changed: number; removed: number; unchanged: number; drifted: number }
export interface PlanChange {
  action: "add" | "change" | "remove" | "unchanged" | "drift"; kind: string; name: string; title: string;
  version_from: number | null; version_to: number | null;
  fields: { path: string; old: unknown; new: unknown }[]; old_text: string | null; new_text: string | null; used_by?: Use[];
}
export interface Requirement { policy: string; title: string; criticality: string; approvals: number; roles: string[]; teams: string[]; covers: string[] }
export interface Plan { base_generation: number; counts: Counts; changes: PlanChange[]; findings: Finding[]; /** Approvals that applying would need. */ requirements?: Requirement[] | null }
/** What applying did: a change, or a request for one. */
export interface Applied { number: number | null; request: ChangeRequest | null; plan: Plan }
export type RequestState = "open" | "approved" | "applied" | "rejected" | "withdrawn";
export interface ChangeRequest {
  id: ID; state: RequestState; revision: number; author: PersonRef; authors: PersonRef[]; opened_at: string; edited_at: string; message: string; source: string; prune: boolean;
  rolls_back: number | null; base_generation: number; stale: boolean; counts: Counts; requirements: Requirement[]; missing: string[];
  approvals: { by: PersonRef; at: string; policies: string[] }[]; not_before: string | null; held_by: string; may_approve: boolean; change: number | null;
  closed_by: PersonRef | null; closed_at: string | null; reason: string; changes?: PlanChange[]; documents?: Document[];
}
/** What somebody said about a change request. */
export interface Remark { id: ID; by: PersonRef; at: string; revision: number; text: string }
export interface Remarks { items: Remark[]; may_talk: boolean }
export interface ReplayTerm { state: ClockState; policy: string; target_minutes: number; started_at: string; due_at: string | null; ended_at: string | null; breached_at: string | null }
/** What a field was, or a trigger sent, from a moment on. */
export interface ReplayTurn { value: unknown; at: string }
export interface ReplayExample { record: { kind: string; id: ID }; before: ReplayTerm | ReplayTurn | null; after: ReplayTerm | ReplayTurn | null; sentence: string; link: string }
export interface ReplaySection {
  records: string; total: number; replayed: number; not_replayable: { reason: string; records: number }[]; otherwise_recorded: number; different: number;
  totals: { change: string; records: number; sentence: string }[];
  groups: { kind: string; name: string; aspect: string; change: string; records: number; examples: ReplayExample[]; /** How many can be listed; left out by older replays. */ kept?: number; /** What its list is asked for by. */ part?: number }[];
  /** Left out by replays that ran before these were counted. */
  late?: ReplayLateness[] | null; whose?: ReplayShare[] | null;
}
/** Promises that would differ, late by more than this up to the next; -1 is in time. */
export interface ReplayLateness { over_minutes: number; before: number; after: number }
/** Records that would differ of one team, organization, or value of a field of organizations; the name * is all others together. */
export interface ReplayShare { by: string; name: string; id: ID; title: string; records: number; worse: number; better: number }
export interface Replay {
  id: ID; state: "waiting" | "running" | "done" | "failed" | "cancelled"; created_at: string; ended_at: string | null; since: string; until: string;
  done: number; total: number; report: { since: string; until: string; sections: ReplaySection[] } | null; error: string;
}
export type RuleKind = "trigger" | "time_rule" | "macro" | "guard";
export interface RuleUse { blueprint: BlueprintRef; order: number; disabled: boolean; fired_at: string | null; ticket_id: ID | null; fired: Count; stopped: Count; /** What a time rule waits out. */ term: string; /** For how many tickets it is set up; null for all. */ percent: number | null }
export interface Trial { blueprint: BlueprintRef; heard: boolean; held: boolean; done: boolean; due_at: string | null; conditions: Condition[]; changes: FieldChange[]; /** What the form asks for in the state it leads to, and is not filled. */ missing: { name: string; title: string }[]; sends: string[] }
export interface Change {
  number: number; at: string; by: PersonRef | null; message: string; source: "folder" | "screen" | "rollback" | "init";
  counts: Counts; rolled_back_by: number | null; request?: number | null; emergency?: string; reviewed_by?: PersonRef | null; reviewed_at?: string | null;
}
export interface ChangeDetail extends Change { changes: PlanChange[] }
