/** Folds what machines did into one line per burst, and joins a person's status change to the message it came with. */
import type { CommentEntry, EventEntry, Survey, TimelineEntry } from "@/api/types";
import { language } from "@/language/language";
import { phrase } from "@/language/phrase";
import { priorityWord, statusWord, valueText } from "@/lib/words";

export type Block =
  | { kind: "message"; key: string; comment: CommentEntry; with: EventEntry[] }
  | { kind: "burst"; key: string; events: EventEntry[] }
  | { kind: "act"; key: string; event: EventEntry }
  | { kind: "survey"; key: string; survey: Survey };

const near = (a: string, b: string, ms: number) => Math.abs(Date.parse(a) - Date.parse(b)) <= ms;

/** Message sent, message received: already visible as the message itself. */
const silent = (e: EventEntry) => /^(ticket\.(commented|noted|replied)|comment\.)/.test(e.verb) && e.changes.length === 0;

/** What happened as blocks in order; what the requester thought of it stands at its time. */
export function fold(entries: TimelineEntry[], survey: Survey | null = null): Block[] {
  const out: Block[] = [];
  let waits = survey && survey.state !== "unoffered" ? survey : null;
  const put = () => { if (waits) out.push({ kind: "survey", key: "survey", survey: waits }); waits = null; };
  for (const e of entries) {
    if (waits?.at && Date.parse(waits.at) < Date.parse(e.at)) put();
    const prev = out[out.length - 1];
    if (e.type === "comment") {
      out.push({ kind: "message", key: `c${e.id}`, comment: e, with: [] });
    } else if (silent(e)) {
      continue;
    } else if (prev?.kind === "message" && e.actor.kind === "person" && e.actor.id === prev.comment.author.id && near(e.at, prev.comment.at, 10_000)) {
      prev.with.push(e);
    } else if (e.machine) {
      if (prev?.kind === "burst") prev.events.push(e);
      else out.push({ kind: "burst", key: `b${e.id}`, events: [e] });
    } else {
      out.push({ kind: "act", key: `e${e.id}`, event: e });
    }
  }
  put();
  return out;
}

const emptied: Record<string, string> = { assignee: phrase("no assignee"), assignee_id: phrase("no assignee"), team: phrase("no team"), tags: phrase("no tags"), organization_id: phrase("no organization") };
const fieldWord: Record<string, string> = { assignee: "", assignee_id: "", team: "", status: "", priority: "priority", subject: "subject", tags: "tags" };

/** A value on one line; the whole of a long one stands where it is explained. */
const few = (v: unknown): string => {
  const text = String(valueText(v));
  return text.length > 80 ? `${text.slice(0, 60).replace(/[\s,]+\S*$/, "")} …` : text;
};

/** An event in two or three words, for a folded line. */
export function brief(e: EventEntry): string {
  if (e.changes.length === 1) {
    const c = e.changes[0];
    const field = c.field.replace(/^ticket\./, "");
    if (c.new === null || c.new === "") return emptied[field] ?? phrase(`no ${field.replaceAll("_", " ")}`);
    if (field in fieldWord && !(typeof c.new === "number")) {
      const v = few(c.new);
      const said = field === "status" ? statusWord[v as keyof typeof statusWord] ?? v : field === "priority" ? priorityWord[v as keyof typeof priorityWord] ?? v : v;
      return [fieldWord[field], said].filter(Boolean).join(" ");
    }
  }
  return lowerFirst(e.sentence.replace(/\.$/, ""));
}
/** The sentence as it stands inside a line: English begins it small. */
export const lowerFirst = (s: string): string => (language.lang.startsWith("en") && plainStart.test(s) ? s.charAt(0).toLowerCase() + s.slice(1) : s);
/** Openings that may lose their capital inside a line; a name may not. */
const plainStart = /^(The|A|An|Clocks?|Set|Assigned|Priority|Status|Team|Tags?|Next|First|Opened|Reopened|Solved|Closed|Moved|Added|Removed|Survey|Ticket|Started|Paused|Stopped|Mail|Email|Message|Reply|Changed) /;

/** "set Pending", said beside a message. */
export function withText(e: EventEntry): string {
  const c = e.changes.find((x) => x.field.endsWith("status"));
  if (c) return `set ${statusWord[String(c.new) as keyof typeof statusWord] ?? valueText(c.new)}`;
  return brief(e);
}


/** The events of a burst in a few words each. Several clocks that do the same are one. */
export function gist(events: EventEntry[]): { event: EventEntry; text: string }[] {
  const out: { event: EventEntry; text: string }[] = [];
  for (const verb of ["clock.started", "clock.paused", "clock.resumed", "clock.reopened"]) {
    const same = events.filter((e) => e.verb === verb);
    if (same.length > 1) out.push({ event: same[0], text: `${same.length} clocks ${{ "clock.started": "started", "clock.paused": "paused" }[verb] ?? "go on"}` });
  }
  const told = new Set(out.map((o) => o.event.verb));
  for (const e of events) if (!told.has(e.verb)) out.push({ event: e, text: brief(e) });
  return out.sort((a, b) => events.indexOf(a.event) - events.indexOf(b.event));
}
