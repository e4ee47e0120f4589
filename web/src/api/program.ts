/** What the API says of programs: applications, members, pools of codes. */
import type { Count, ID, Status } from "./types";

export type ApplicationState = "draft" | "confirming" | "verifying" | "review" | "asked" | "approved" | "active" | "notice" | "rejected" | "withdrawn" | "lapsed" | "revoked" | "expired" | "renewed";
export interface Application {
  id: ID; program: string; program_title: string; state: ApplicationState; sort: "renewal" | "dialogue" | "new"; name: string; email: string; organization: string; website: string;
  person_id: ID | null; organization_id: ID | null; assignee_id: ID | null; assignee: string; ticket_id: ID | null; renewal_of: ID | null; held: boolean;
  /** By when it is decided; null while the clock stands still. */
  promised: string | null; late: boolean; due: string | null; submitted: string | null; decided: string | null; until: string | null; version: number;
}
export interface ApplicationProof { name: string; title: string; kind: string; state: "none" | "running" | "waiting" | "elsewhere" | "passed" | "failed" | "unclear"; say: string; seen: { what: string; good: boolean; url?: string }[]; tries: number; ended: string | null; person: boolean }
export interface ApplicationCase extends Application {
  hold: string; question: string; reasons: { rule: string; say: string }[]; reason: string; seconds: string[]; approvals: number;
  answers: { title: string; text: string }[]; files: { id: ID; name: string; size: string; purpose: string; purge: string }[]; proofs: ApplicationProof[];
  rules: { name: string; title: string; say: string; holds: boolean }[]; similar: Application[]; used_us: number; within_us: number; actions: string[];
  history: { id: ID; at: string; verb: string; by: string }[]; program_version: number;
  benefits: MemberBenefit[]; agreement: { version: number; at: string } | null; add_on: boolean; notice_until: string | null; invited: string | null; tickets: TicketLine[]; running: boolean;
  /** What decisions would send, in Markdown; {{reason}} stands for the reasons and words. */
  letters: Record<string, string>;
}
export interface MemberBenefit { name: string; title: string; kind: string; state: "pending" | "given" | "manual" | "taken"; code: string; error: string; /** When the other system was last asked, and last found not to have it. */ compared: string | null; differed: string | null }
export interface TicketLine { id: ID; subject: string; status: Status; updated: string; current: boolean }
/** A pool of one-time codes with its stock. */
export interface Pool {
  id: ID; name: string; title: string; free: Count; dispatched: Count; redeemed: Count; void: Count; waiting: Count; alerts: Count; reserved: Count; new_lately: number; renewals: number; expected: number; days: number; low: boolean;
}
export interface CodesTaken { imported: number; bad: { line: number; why: string }[]; bad_count: number }
/** What another system was found not to have, the last time that it was. */
export interface Difference { id: ID; application_id: ID; who: string; benefit: string; at: string; status: number; compared: string }
export interface CodeAlert { id: ID; code: string; alert: "leak" | "reuse"; redeemed: string; application_id: ID | null; who: string }
export interface Program { id: ID; name: string; title: string; version: number; path: string; closed: string; waiting: Count; shown: number }
/** An application as its applicant sees it. */
export interface ApplicantPage {
  id: ID; program: string; who: string; state: ApplicationState; word: string; text: string; proofs: { name: string; title: string; state: string; say: string }[]; reasons: string[]; question: string;
  said: { at: string; mine: boolean; text: string }[]; benefits: { title: string; text: string; code?: string }[];
}
