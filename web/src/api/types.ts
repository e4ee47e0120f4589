/** The shapes of the native API (/api/v1), written by hand after its contract. Times are RFC 3339 UTC. */
import type { Finding } from "./configuration";

export type ID = number;
export interface PersonRef { id: ID; name: string; email?: string | null }
export interface OrgRef { id: ID; name: string }
export interface TeamRef { name: string; title: string }
export interface BlueprintRef { kind: string; name: string; title: string; version: number }
export interface Count { count: number; capped: boolean }
export interface Page<T> { items: T[]; next: string | null }

export interface Me {
  person: PersonRef & { email: string; time_zone: string | null };
  roles: string[];
  can: string[];
  workspace: { name: string; demo: boolean; mail_catcher: boolean; generation: number };
  server_time: string;
  /** What they chose for themselves, by name. */ choices: Record<string, string>;
}
/** A browser in which one is signed in. */
export interface Session { id: string; device: string; created_at: string; seen_at: string; expires_at: string; current: boolean; /** Of the public pages: it opens nothing else. */ portal: boolean }

export type Status = "new" | "open" | "pending" | "hold" | "solved" | "closed";
export type Priority = "low" | "normal" | "high" | "urgent";
export type Metric = "first_reply" | "next_reply" | "pausable_update" | "periodic_update" | "agent_work" | "requester_wait" | "total_resolution";

/** Which tickets a list shows. */
export interface Selection { view?: string; status?: string; assignee?: string; team?: string; priority?: string; requester?: ID; organization?: ID; tag?: string; type?: string; filter?: string; sort?: string }
export interface View {
  name: string; title: string; description: string; count: Count; default: boolean; sort?: string; columns?: string[]; group?: string;
  /** A view of one's own has an id instead of a name. */ id?: ID; version?: number; selection?: Selection; problem?: string;
}
export interface Due { metric: Metric; /** Null while paused. */ at: string | null; breached: boolean; paused: boolean }
export type TicketType = "question" | "incident" | "problem" | "task";
export interface TicketRow {
  id: ID; subject: string; status: Status; priority: Priority; type: TicketType; task_due_at: string | null;
  requester: PersonRef; organization: OrgRef | null; assignee: PersonRef | null; team: TeamRef | null;
  tags: string[]; channel: "mail" | "api" | "web"; created_at: string; updated_at: string;
  due: Due | null; version: number;
  /** Open side conversations, and how many of them have an answer; null without any. */ side_conversations?: { open: number; answered: number } | null;
}
/** A group of a list, by what its tickets have in common; none for those that have nothing. */
export interface TicketGroup { key: string; title: string; count: Count; folded: boolean }
export interface TicketPage extends Page<TicketRow> { count: Count; view: { name: string; title: string } | null; groups?: TicketGroup[]; /** There are more tickets than groups are made of. */ partly?: boolean }
export type WorkBucket = "overdue" | "today" | "week" | "later" | "none";
export interface WorkItem {
  id: ID; kind: string; kind_title: string; title: string; about: string;
  due: string | null; bucket: WorkBucket; promise: string; urgency: number;
  /** False: the team's, which nobody has taken. */
  mine: boolean; team: TeamRef | null; subject: { kind: string; id: ID };
  why: { sentence: string; event_id: ID | null };
  state: "open" | "snoozed"; until: string | null; reason: string; may_snooze: boolean; /** What can be done about it where it stands, such as Decide. */ act: string; /** Of a step: its name. */ part: string; /** It can be put away for good, as mentions can. */ may_dismiss: boolean;
}
export type WorkCounts = Record<WorkBucket | "snoozed" | "done_today", Count>;
export interface WorkPage extends Page<WorkItem> { counts: WorkCounts }
export interface Span { from: string; to: string }
export interface ClockInterval { from: string; to: string | null; state: "running" | "paused"; event_id: ID }
export type ClockState = "running" | "paused" | "met" | "breached" | "met_late" | "cancelled";
export interface Clock {
  id: ID; metric: Metric; state: ClockState; policy: BlueprintRef; target_minutes: number;
  calendar: { name: string; title: string; time_zone: string };
  started_at: string; due_at: string | null; met_at: string | null; breached_at: string | null;
  elapsed_minutes: number; left_minutes: number | null;
  intervals: ClockInterval[]; hours: Span[]; window: Span;
}
export interface Survey { state: "unoffered" | "offered" | "answered"; score: number | null; comment: string | null; at: string | null }
/** A run of a playbook as the ticket shows it that it is about. */
export interface Ticket extends TicketRow {
  brand: { name: string; title: string } | null; mailbox: { name: string; address: string } | null;
  followup_of: ID | null; followups: ID[]; clocks: Clock[]; survey: Survey | null;
  waits_for: "agent" | "requester" | "third_party" | "nobody";
  can: { reply: boolean; note: boolean; edit: boolean; delete?: boolean; restore?: boolean; redact?: boolean }; statuses: Status[];
  merge?: TicketMerge | null; hidden_at?: string | null; purge_at?: string | null; split_from?: ID | null; splits?: ID[];
  /** Who gets every reply beside the requester. */ copies?: PersonRef[]; /** Whether the reader follows it. */ follows?: boolean; external_ids?: { source: string; id: string }[];
  submitter: PersonRef | null; problem_id: ID | null; merged_into: ID | null; hidden: "" | "deleted" | "spam"; state_since: string; replies: number; bounces: number;
  attributes?: Attributes; form?: TeamRef | null; entitlement?: TeamRef | null; refused?: RefusedFor;
}
export interface TicketMerge { id: ID; winner: ID; tickets: ID[]; at: string; by: PersonRef | null; public: boolean; /** Null when it can no longer be undone. */ undo_until: string | null; undone_at: string | null; undone_by: PersonRef | null }
/** What a merge would do: who is copied on the ticket that goes on, and who follows it then. */
export interface MergePlan {
  winner: ID; tickets: { id: ID; subject: string; requester: PersonRef; organization: OrgRef | null }[]; messages: number;
  copied: PersonRef[]; followers: PersonRef[]; left_out: number; copies_off: boolean; differ: boolean;
  /** Incidents that belong to the ticket that goes on then. */ incidents: number; becomes_problem: boolean;
}
export interface HiddenRow extends TicketRow { hidden: "deleted" | "spam"; hidden_at: string; purge_at: string }
/** What a redaction took out, or would. */
export interface Redaction { messages: number; times: number; characters: number; files: number; originals: number; sent: number; withdrawn: number; drafts: number; /** Replies that wait, requests for attention, hand-overs and reports that change. */ texts: number; subject: boolean; attributes: number; values: number; others: ID[]; /** Files whose words are covered. */ covered: number; attachments: FileFinding[] }
/** A file in which words were found, or which was not read. */
export interface FileFinding { file_id: ID; filename: string; size: number; how: "covered" | "holds" | "unread"; times: number; say: string }
export interface TicketPatch {
  requester?: PersonInput; external_ids?: { source: string; id: string }[];
  status?: Status; priority?: Priority; assignee_id?: ID | null; team?: string | null; subject?: string; tags?: string[];
  attributes?: Attributes; form?: string | null; type?: TicketType; task_due_at?: string | null;
}
/** Somebody by id, or by an address that may be new here. */
export interface PersonInput { id?: ID; email?: string; name?: string }
export interface TicketPerson { person: PersonRef; organization: OrgRef | null; outside: boolean; /** Why no mail goes to them. */ no_mail: string; added_by: PersonRef | null; at: string }
export interface TicketPeople { requester: PersonRef; submitter: PersonRef | null; copies: TicketPerson[]; followers: TicketPerson[]; copies_off: boolean; max_copies: number }
/** A reply that waits for its time. */
export interface Wait {
  id: ID; kind: "undo" | "planned" | "review"; state: "waiting" | "held" | "sent" | "cancelled"; send_at: string; time_zone: string; if_changed: "hold" | "send"; author: PersonRef;
  text: string; html: string; files: number; status: Status | ""; macro: string; copies: PersonRef[]; why: string; mine: boolean; review: { name: string; title: string } | null; reads: boolean; since: string;
}
export type Attributes = Record<string, unknown>;
export type FieldType = "text" | "textarea" | "regexp" | "integer" | "decimal" | "date" | "checkbox" | "dropdown" | "multiselect" | "lookup";
/** A custom attribute that the configuration declares. */
export interface Field {
  name: string; title: string; help: string; on: "ticket" | "person" | "organization"; type: FieldType; options: { value: string; title: string }[]; pattern: string; min: number | null; max: number | null;
  to: "" | "ticket" | "person" | "organization"; required: boolean; edit: boolean; everyone: boolean; indexed: { done: boolean; percent: number } | null;
}
export interface Form { name: string; title: string; description: string; default: boolean; colleagues: boolean; brands?: string[] }
/** The questions of a ticket's form as they stand for it now. */
export interface BatchChange {
  status?: Status; priority?: Priority; type?: TicketType; assignee_id?: ID | null; team?: string | null; form?: string | null;
  add_tags?: string[]; remove_tags?: string[]; attributes?: Attributes; comment?: { text: string; public: boolean }; macro?: string; task_due_at?: string | null; /** Guards that ask, answered with yes. */ confirm?: string[];
  /** What becomes of the tickets as a whole; alone. */ fate?: "delete" | "spam" | "restore"; /** With spam: what of its sender is set aside from now on. */ block?: "address" | "domain"; merge?: { into: ID; people?: boolean; confirm?: boolean };
}
export interface Batch {
  id: ID; title: string; does: "change" | "delete" | "spam" | "restore" | "merge"; state: "running" | "done" | "cancelled" | "undoing" | "undone"; total: number; done: number; failed: number; undone: number; /** Of the undone, those that somebody has changed since. */ left: number;
  by: PersonRef; created_at: string; ended_at: string | null; undo_until: string | null; guards: BatchGuard[];
  /** Until then it can be taken back wholly; null once it has begun. */ starts_at: string | null; taken_back: boolean;
}
/** A guard that kept a bulk change from some of its tickets. */
export interface BatchGuard { name: string; title: string; say: string; mode: "ask" | "stop"; tickets: number }
export interface BatchItem { ticket: ID; subject: string; state: "waiting" | "done" | "failed" | "undone" | "kept"; note: string; guards: BatchGuard[] }
export interface PipelineStage { name: string; title: string; within_minutes: number | null; calendar: TeamRef | null; count: Count }
export interface Pipeline { name: string; title: string; description: string; form: TeamRef; scored: boolean; stages: PipelineStage[] }
export interface Staged extends TicketRow { stage: string; since: string; stage_due_at: string | null; overdue: boolean; score: number | null }
export interface TicketStage {
  pipeline: Pipeline | null; stage: string; since: string | null; due_at: string | null; overdue: boolean; score: number | null;
  parts: { field: string; title: string; value: number | null; divide: boolean }[]; updated_at: string;
}
export interface TicketForm { form: TeamRef | null; fields: { name: string; title: string; required: boolean; filled: boolean }[] }
export interface FileRef { id: ID; filename: string; content_type: string; size: number }
/** What an attached strace log says. */
export interface StraceLine { file_id: ID; state: "ready" | "over"; line: string; reason: string }
export interface Attachment extends FileRef { inline: boolean }
export type DeliveryState = "queued" | "sending" | "sent" | "failed" | "held" | "withheld" | "cancelled";
/** What a server behind ours reported about a mail. */
export interface Bounce { at: string; address: string; kind: "hard" | "soft" | "delayed" | "unclear" | "lifted"; status: string; reason: string; diagnostic: string; mail_id: ID | null }
export interface Delivery { state: DeliveryState; at: string | null; error: string | null; uncertain: boolean; not_before: string | null; bounces?: Bounce[] }
/** The mail a message came in. */
export interface MailRef { id: ID; at: string; from: string; to: string[]; message_id: string; size: number; authentication: "verified" | "unverified" | ""; findings: string; warning: string }
export interface CommentEntry {
  type: "comment"; id: ID; event_id: ID; at: string; author: PersonRef & { agent: boolean };
  public: boolean; channel: string; html: string; text: string; quoted_html: string;
  attachments: Attachment[]; delivery: Delivery | null; mail?: MailRef | null; /** A machine wrote it, such as an absence notice. */ automatic?: boolean;
  /** Who got it beside the requester. */ copies?: PersonRef[]; /** From somebody who was not on the ticket. */ outsider?: boolean;
  /** Tickets that were made of this message. */ split_off?: ID[]; /** Pages of the documentation that the reply leads to. */ docs?: string[];
}
export interface FieldChange { field: string; old: unknown; new: unknown }
export interface EventEntry {
  type: "event"; id: ID; at: string; verb: string;
  actor: { kind: "person" | "mail" | "clock" | "system" | "survey" | "rule"; id: ID | null; name: string };
  machine: boolean; sentence: string; /** The reason that was given, in its author's words. */ said?: string; changes: FieldChange[]; why: boolean; /** Other tickets it names. */ tickets?: ID[]; /** The side conversation it is about. */ side_conversation?: ID | null;
}
export type TimelineEntry = CommentEntry | EventEntry;
export interface NewComment { public: boolean; text?: string; html?: string; file_ids?: ID[]; status?: Status; macro?: string; copies?: PersonInput[]; undo?: boolean; send_at?: string; time_zone?: string; if_changed?: "hold" | "send"; /** Guards that asked, to go on. */ confirm?: string[] }
export interface Macro { name: string; title: string; has_text: boolean; internal: boolean; has_changes: boolean; blueprint_id: ID }
export interface Firing { at: string; event_id: ID; ticket_id: ID; stopped: string; sentence: string }
/** A side conversation as a macro fills it in; the id is 0 for an address that nobody is known by. */
export interface PreparedSide { subject: string; text: string; people: (PersonRef & { agent: boolean })[]; teams: TeamRef[] }
export interface Prepared extends Macro { text: string; changes: FieldChange[]; /** Titles of the playbooks it starts. */ starts: string[]; /** What it does besides, in words. */ does: string[]; /** What the form asks for before it can be applied. */ missing: { name: string; title: string }[]; side: PreparedSide | null }
export interface CommentResult { /** Null while the reply waits. */ comment: CommentEntry | null; waiting?: Wait | null; ticket: Ticket; followup?: ID | null; /** Whom the note names and who may not see the ticket. */ unseen?: string[] }
export interface NewTicket {
  subject: string; text: string; requester?: { email: string; name?: string }; requester_id?: ID;
  priority?: Priority; team?: string; assignee_id?: ID; tags?: string[]; public?: boolean; form?: string; attributes?: Attributes; copies?: PersonInput[];
  type?: TicketType; task_due_at?: string; /** Guards that asked, to go on. */ confirm?: string[];
}
export interface Draft { text: string; public: boolean; updated_at: string | null; files?: FileRef[]; copies?: PersonRef[] | null; status?: Status | ""; /** The macro chosen with it. */ macro?: string }
/** How a ticket's time went by the clock on the wall, and from hand to hand. */
export interface TicketTimes {
  metrics: { metric: Metric; minutes: number | null; running: boolean; count: number; rounds: { from: string; to: string | null; minutes: number; event_id: ID }[] }[];
  states: { status: Status; minutes: number }[]; course: { reopens: number; replies: number; teams: number; assignees: number }; unknown?: string;
}
/** What is known of a ticket's customer. */
export interface TicketHead {
  time_zone: string; local_time: string; inside: boolean; hours: string; open: Count | null;
  facts: { title: string; value: string; of: "ticket" | "person" | "organization"; name: string; /** Of what proves a purchase: whether the organization has it. */ held?: boolean | null }[];
  /** The newest proof of purchase that was accepted. */ proof?: { title: string; hint: string; sold_to: string; at: string; ticket_id: ID } | null; score: { score: number; comment: string; at: string; ticket_id: ID } | null;
}
export interface UploadLink {
  id: ID; url: string; created_at: string; created_by: PersonRef | null; expires_at: string; revoked_at: string | null; open: boolean; max_bytes: number;
  uploads: { id: ID; file_id: ID | null; filename: string; size: number; received: number; state: "open" | "done" | "removed"; sha256: string }[];
}
export interface WebRequest {
  id: ID; state: "waiting" | "review" | "opened" | "refused"; reason: string; at: string; expires_at: string; email: string; name: string; subject: string; text: string;
  attributes: Attributes; form: TeamRef | null; network: string; ticket_id: ID | null;
}
/** What a file is to a reader, and what an archive holds. */
export interface FileMembers { kind: "text" | "archive" | "other"; format: string; members: { name: string; size: number; modified_at: string; folder: boolean; readable: boolean }[]; more: boolean; reason: string }
export interface FilePlace { offset: number; line: number }
export interface FileLine { n: number; text: string; cut?: boolean }
export interface FilePage { encoding: string; lines: FileLine[]; next: FilePlace | null; reason: string }
export interface FileMatches { hits: (FileLine & { at: FilePlace })[]; more: boolean; reason: string }
export interface Presence { /** Whether one counts as looking oneself. */ here: boolean; others: { person: PersonRef; writing: boolean }[] }

export interface WhyLink { kind: "event" | "ticket" | "person" | "blueprint"; id?: ID; name?: string }
export interface Why {
  title: string; what: string;
  because: { text: string; at: string | null; link: WhyLink | null }[];
  rule: {
    blueprint: BlueprintRef; change: number | null; applied_by: PersonRef | null; applied_at: string | null;
    conditions: { text: string; value: string; held: boolean }[];
  } | null;
  otherwise: string[];
  chain: { event_id: ID; at: string; sentence: string }[];
  /** Of a clock: when it ran, stood still and had ended. */
  intervals?: WhyInterval[];
}
export interface WhyInterval { from: string; to: string | null; state: "running" | "paused" | "ended"; minutes: number; event_id: ID; sentence: string }

export interface Identity { id: ID; kind: string; value: string; verified: boolean; primary: boolean }
export interface Person {
  id: ID; name: string; email: string | null; identities: Identity[]; organization: OrgRef | null;
  roles: string[]; teams: TeamRef[]; agent: boolean; time_zone: string | null;
  created_at: string; last_seen_at: string | null; version: number; ticket_count: Count | null;
  attributes?: Record<string, unknown>; suspended_at?: string | null; suspended_reason?: string; /** What is assigned to them and not done. */ open_work?: Count | null;
  /** The id that was asked for, when it was merged into this person. */ merged_from?: ID | null;
}
export type MergeKind = "person" | "organization";
export interface Moves { what: string; count: Count; /** After undoing: how many stayed. */ left: number }
export interface Merge {
  id: ID; kind: MergeKind; winner: OrgRef; loser: OrgRef; state: "preview" | "moving" | "merged" | "undoing" | "undone";
  at: string | null; by: PersonRef | null; undone_at: string | null; moves: Moves[]; notes: string[];
}
export interface Erased { person_id: ID; erased: boolean; removes: { what: string; count: Count }[] }
export interface ImportColumn { name: string; field: string; suggestion?: string; samples: string[] }
/** An import mapping of the configuration, for one file. */
export interface ImportMapping { name: string; title: string; known: number; columns: Record<string, string>; values: Record<string, string>; /** It was tried or run with it last. */ used: boolean }
export interface Import {
  id: ID; kind: "people" | "organizations" | "accounts"; mappings: ImportMapping[]; state: "uploaded" | "running" | "done" | "failed"; filename: string; dry_run: boolean; encoding: string; separator: string; rows: number;
  counts: { read: number; created: number; updated: number; unchanged: number; failed: number }; columns: ImportColumn[]; fields: string[]; error?: string; at: string; by: PersonRef | null; ended_at: string | null;
}
export interface Organization {
  id: ID; name: string; domains: string[]; attributes: Record<string, unknown>;
  people_count: Count | null; ticket_count: Count | null; version: number; created_at: string; merged_from?: ID | null;
}
/** Why somebody may not ask for help; empty when they may. */
export type RefusedFor = "" | "hold" | "expired" | "unsupported" | "not_listed" | "form" | "no_organization";
export interface Standing {
  entitlement: TeamRef | null; refused: RefusedFor; sentence: string; advice: string; since: string | null; answered_at: string | null; event_id: ID | null;
  proofs: { name: string; title: string; help: string }[]; admitted: { at: string; by: PersonRef; reason: string } | null; offered: string; offered_name: string;
  /** Whether the requester can be listed as a contact. */ can_list: boolean;
}
export interface Contact { person: PersonRef; editor: boolean; since: string }
export interface ContactChange { change: "added" | "changed" | "removed" | "unchanged"; email: string; name: string; editor: boolean }
export interface ContactPlan { organization: string; cap: number; differences: ContactChange[]; seen: string }
/** What an organization bought, and what is recorded about it. */
export interface Bought {
  declared: boolean; state: "open" | "entitled" | "ending" | "expired" | "unsupported" | "hold"; can_list: boolean; can_administer: boolean; cap: number; editors_most: number;
  bought: { name: string; title: string; version: number; support: boolean; last_day: string | null; until: string | null; listed_only: boolean } | null;
  contacts: Contact[]; hold: { since: string; by: PersonRef | null; reason: string } | null;
  terms: { id: ID; entitlement: string; title: string; started_at: string; ends_at: string; extensions: number; extensions_left: number }[];
  offers: { entitlement: string; title: string; running: number; at_once: number; days: number }[];
  shares: { id: ID; person: PersonRef; access: "read" | "write"; accepted_by: string; accepted_at: string; text_version: string; ticket_id: ID; revoked_at: string | null }[];
  proofs: { proof: string; hint: string; sold_to: string; person: PersonRef; ticket_id: ID; at: string }[];
}
export interface SearchPart { text: string; hit: boolean }
export interface SearchHit { id: ID; title: string; detail: string; path: string; title_parts: SearchPart[]; snippet: SearchPart[]; at: string | null }
export interface SearchGroup { kind: string; title: string; count: Count; items: SearchHit[]; next: string | null }
export interface SearchAnswer { groups: SearchGroup[]; hints: string[] }
export interface Completion { text: string; doc: string }
export interface Team extends TeamRef { id: ID; version: number; members: PersonRef[] }
export interface TeamPage extends Team {
  email: string; text_version: number; figures: { name: string; count: Count }[]; views: TeamRef[]; queues: TeamRef[];
  regions: { name: string; title: string; time_zone: string; calendar: string; /** At this moment. */ open: boolean }[];
}

export interface Delivered {
  id: ID; message_id: string; event_id: ID | null; type: string; state: "queued" | "delivered" | "failed"; attempts: number; due_at: string | null; created_at: string; tried_at: string | null;
  took_ms: number; status: number | null; error: string; response: string; request?: { url: string; headers: Record<string, string>; body: string };
}
export interface Webhook {
  id: ID; name: string; title: string; version: number; url: string; events: string[]; subjects: string[]; when: string; role: string; visibility: "public" | "internal";
  state: "active" | "failing" | "disabled" | "off"; failures: number; failing_since: string | null; delivered_at: string | null; disabled_at: string | null; disabled_why: string; queued: Count; failed: Count; last: Delivered | null;
}
export interface Token { id: ID; name: string; scopes: string[]; created_at: string; expires_at: string | null; used_at: string | null; /** Requests a minute; null for any number. */ rate?: number | null; /** Only in the answer that makes it. */ token?: string }

export interface Period extends Span { title: string }
export interface Outgoing {
  id: ID; message_id: string; to: string[]; subject: string; ticket_id: ID | null; state: DeliveryState;
  attempts: number; not_before: string | null; sent_at: string | null; error: string | null; uncertain: boolean;
}
export type ReceivedState = "accepted" | "ticketed" | "noted" | "unparsed" | "suspended" | "ignored" | "bounced" | "discarded" | "erased";
export interface Received {
  id: ID; received_at: string; from: string; to: string; subject: string; message_id: string; size: number;
  state: ReceivedState; reason: string | null; ticket_id: ID | null; authentication?: "verified" | "unverified" | ""; findings?: string;
  /** Why it was set aside. */ cause?: string; /** When a suspended one goes unless somebody looks. */ expires_at?: string | null;
}
export interface BlockedSender { id: ID; sender: string; at: string; by: PersonRef | null; reason: string; ticket_id: ID | null }
export interface Reviewed { count: number; left: { id: ID; reason: string }[] }
export interface ReceivedMail extends Received { from_name: string; recipients: string[]; text: string; html: string; attachments: { filename: string; content_type: string; size: number }[]; problems: string[] }
export interface Refused { id: ID; at: string; from: string; to: string; subject: string; message_id: string; size: number; remote: string; reason: string }
export interface Suppression { id: ID; address: string; reason: string; since: string; outbox_id: ID | null; mail_id: ID | null }
export interface TraceItem {
  at: string; kind: "received" | "refused" | "sent" | "bounce" | "suppression"; summary: string;
  received?: Received; refused?: Refused; sent?: Outgoing; bounce?: Bounce & { outbox_id: ID; ticket_id: ID | null }; suppression?: Suppression;
}
export interface MailFolder { mailbox: string; folder: string; began: string | null; looked: string | null; error: string }
export interface Caught { id: ID; at: string; from: string; to: string | string[]; subject: string; html: string; text: string; raw_size: number }
export interface MailCounts {
  outbox: Record<"queued" | "sending" | "failed" | "held", number | Count>;
  received: Record<"unparsed" | "suspended", number | Count> & { expiring?: Count };
}
export interface StreamChange { pos: number; verb: string; subject: { kind: string; id: ID }; at: string; actor_id: ID | null }

export interface ProblemDetail { field: string; message: string; received?: unknown; accepted?: string }
export interface Problem {
  type: string; title: string; status: number; detail: string; code: string;
  /** A path below the API that explains a refusal. */
  why?: string;
  details?: (ProblemDetail | Finding)[] | null; current?: unknown;
  /** Guards that speak against the change; those that ask can be confirmed. */
  guards?: Guard[];
}
export interface Condition { text: string; value: string; held: boolean }
export interface Guard { name: string; title: string; say: string; mode: "ask" | "stop"; why: string; conditions: Condition[] }

/* Routing: queues, presence, hand-overs, attention, reports. */
export interface RegionRef { name: string; title: string }
export interface Region { id: ID; name: string; title: string; zone: string; open: boolean; opens_at: string | null; closes_at: string | null; mine: boolean }
export interface WeightPart { part: "age" | "priority" | "bounces" | "condition" | "region" | "skill"; title: string; detail: string; points: number }
export interface Weight { ticket_id: ID; waits: boolean; why: string; queue: { name: string; title: string; version?: number } | null; at: string; total: number; minutes_per_point: number; parts: WeightPart[]; region: RegionRef | null; until: string | null; needs: Need[]; for_you: boolean; not_for_you: string }
/** A skill that whoever takes a waiting ticket has, until when. */
export interface Need { skill: string; until: string | null }
/** What waits beside the lists of tickets; null where the reader may not look. */
export interface Places { attention: Count | null; attention_mine: Count | null; web_requests: Count | null; suspended_mail: Count | null }
export interface Queue { queue: { name: string; title: string; version?: number }; assign: "on_request" | "round_robin"; count: Count; teams: { name: string; title: string }[]; cap: number; load: number; mine: boolean; ran_at: string | null; ready: boolean }
export interface QueueRow { ticket: TicketRow; weight: number; region: RegionRef | null; until: string | null; needs: Need[]; for_you: boolean; why: string }
export interface NextTicket { ticket: TicketRow | null; weight: Weight | null; reason: string; say: string; skipped: { id: ID; subject: string; weight: number; why: string }[]; load: number; cap: number }
export type PresenceState = "available" | "busy" | "away";
export interface TimeOff { id: ID; from: string; to: string; zone: string; starts_at: string; ends_at: string; reason: "holiday" | "sick" | "training" | "public_holiday" | "other" }
export interface Availability { person_id: ID; state: PresenceState; until: string | null; region: Region | null; working: boolean; back_at: string | null; off: TimeOff | null; given: boolean; why: string; time_off: TimeOff[] }
export interface Attention { id: ID; ticket_id: ID; subject: string; urgency: "urgent" | "timely" | "not_urgent"; reason: string; asked_by: { id: ID; name: string } | null; asked_at: string; due_at: string; overdue: boolean; taken_by: { id: ID; name: string } | null; taken_at: string | null; closed_by: { id: ID; name: string } | null; closed_at: string | null; closed_why: string }
export type HandoverKind = "rehome" | "handover" | "satellite" | "hot_rehome";
export interface Handover { id: ID; ticket_id: ID; subject: string; kind: HandoverKind; from: RegionRef | null; to: RegionRef | null; by: { id: ID; name: string } | null; reason: string; next_step: string; created_at: string; taken_by: { id: ID; name: string } | null; taken_at: string | null }
export interface Handovers { region: RegionRef | null; now: boolean; items: Handover[] }
export interface TicketHelp { attention: Attention | null; past: Attention[]; can_ask: boolean; cannot_ask: string; /** When it can be asked for. */ ask_from: string | null; minutes: Record<string, number>; handovers: Handover[]; regions: RegionRef[]; can_hand: boolean }
export interface ReportRun { id: ID; at: string; version: number; found: number; more: boolean; mailed: number; tickets: { id: ID; subject: string; metric: string; breached_at: string; over_minutes: number; times: number }[] }
export interface TicketReport { report: { name: string; title: string }; next_at: string | null; to: string[]; team: TeamRef | null; last: ReportRun | null }

/* Engineering. */
export type IssueState = "unknown" | "open" | "closed" | "merged";
export interface Issue { id: ID; tracker: string; tracker_title: string; reference: string; kind: "issue" | "merge"; title: string; state: IssueState; labels: string[]; milestone: string; assignee: string; confidential: boolean; url: string; updated_at: string | null; synced_at: string | null; error: string }
export interface TicketLink extends Issue { waiting: boolean; linked_at: string; event_id: ID | null }
export interface IssueReport { id: ID; tracker: string; project: string; title: string; state: "queued" | "created" | "failed"; attempts: number; error: string; waiting: boolean; created_at: string }
export interface IssueTemplate { name: string; title: string; tracker: string; project: string; confidential: boolean; can_hide: boolean; waiting: boolean; asks: { name: string; title: string; long: boolean; required: boolean }[] }
export type KnownState = "open" | "fixed" | "wont_fix";
export interface TicketKnown { id: ID; title: string; state: KnownState; fixed_in: string; workaround: string; attached: boolean }
export interface Engineering { links: TicketLink[]; found: { reference: string; tracker: string }[]; reports: IssueReport[]; known_issues: TicketKnown[]; templates: IssueTemplate[]; trackers: { name: string; title: string }[] }
export interface WantedIssue extends Issue { tickets: number; organizations: number; revenue: number | null; currency: string; counted_at: string | null; known_issues: { id: ID; name: string }[] }
export interface EvidenceTicket { id: ID; subject: string; status: Status; priority: Priority; requester: { id: ID; name: string }; organization: { id: ID; name: string } | null; created_at: string; revenue?: number | null }
/** Something that answers a question again and again. */
export interface Article { name: string; title: string; url: string; tags: string[]; audience: "everybody" | "colleagues"; /** Read on this instance. */ here: boolean }
export interface ArticleFull extends Article { description: string; html: string; tickets: number; opened: number; sent: number }
export interface KnownIssue { id: ID; title: string; symptom: string; workaround: string; affected: string[]; state: KnownState; fixed_in: string; tickets: number; issues: Issue[]; created_at: string; updated_at: string; version: number; can_edit: boolean }
export interface Leak { kind: "name" | "organization" | "email" | "domain" | "ip" | "token" | "phone"; text: string; start: number }
export interface ReportPreview { title: string; body: string; findings: Leak[] }
export interface Tracker { name: string; title: string; software: "gitlab" | "github"; url: string; projects: string[]; state: "off" | "unasked" | "ok" | "failing" | "waiting"; answered_at: string | null; failed_at: string | null; error: string; until: string | null; hook_path: string; hook_at: string | null }
