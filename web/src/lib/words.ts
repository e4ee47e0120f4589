/** The product's own words: one place for how states, priorities and counts are said. */
import { language, locale } from "@/language/language";
import { number, $t as said } from "@/language/say";
import { phrase } from "@/language/phrase";
import type { Clock, Count, DeliveryState, Metric, Priority, ReceivedState, Status, Ticket, TicketType } from "@/api/types";

export const statusWord: Record<Status, string> = { new: phrase("New", "a ticket's state"), open: phrase("Open", "a ticket's state"), pending: "Pending", hold: "On hold", solved: "Solved", closed: "Closed" };
export const priorityWord: Record<Priority, string> = { low: "Low", normal: "Normal", high: "High", urgent: "Urgent" };
export const ticketTypes: TicketType[] = ["question", "incident", "problem", "task"];
export const typeWord: Record<TicketType, string> = { question: "Question", incident: "Incident", problem: "Problem", task: "Task" };
export const metricWord: Record<Metric, string> = { first_reply: "First reply", next_reply: "Next reply", pausable_update: "Pausable update", periodic_update: "Periodic update",
  agent_work: "Agent work", requester_wait: "Requester wait", total_resolution: "Total resolution" };
export const channelWord: Record<string, string> = { mail: "by email", api: "by API", web: "on the web", survey: "in a survey" };
export const deliveryWord: Record<DeliveryState, string> = {
  queued: "Waiting to be sent", sending: "Being sent", sent: "Sent", failed: "Not delivered", held: "Held", withheld: "Withheld", cancelled: "Cancelled",
};
export const receivedWord: Record<ReceivedState, string> = {
  accepted: "Accepted", ticketed: "On a ticket", noted: "On a timeline", unparsed: "Not understood", suspended: "Suspended", ignored: "Ignored", bounced: "Report of a bounce", discarded: "Discarded", erased: "Erased",
};

export { number };
export const countText = (c: Count | null): string => (c ? number(c.count) + (c.capped ? "+" : "") : "");
/** "1 ticket", "3 tickets". The words are given as they stand, so that they are found for the catalogue. */
export const plural = (v: number, one: string, many = one + /* as is */ "s"): string => said(`{n, plural, one {# ${one}} other {# ${many}}}`, { n: v });
export const countNoun = (c: Count | null, one: string, many = one + /* as is */ "s"): string =>
  c ? said(`{n, plural, one {{count} ${one}} other {{count} ${many}}}`, { n: c.capped ? Math.max(2, c.count) : c.count, count: countText(c) }) : said(many);
/** "a and b", "a or b". */
export const listOf = (of: string[], how: "and" | "or" = "and"): string =>
  language.lang.startsWith(/* as is */ "en") ? of.join(` ${how} `) : new Intl.ListFormat(locale(), { type: how === "and" ? "conjunction" : "disjunction" }).format(of);
export const countOf = (c: Count | number): number => (typeof c === "number" ? c : c.count);

/** A number with so many digits after the sign that the language puts there. */
export const decimal = (v: number, digits: number): string => new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false }).format(v);

export function bytes(size: number): string {
  if (size < 1000) return `${size} bytes`;
  if (size < 1e6) return `${Math.round(size / 1000)} kB`;
  return size < 1e9 ? `${decimal(size / 1e6, 1)} MB` : `${decimal(size / 1e9, 1)} GB`;
}

export function percent(v: number | null, digits = 1): string {
  if (v === null) return "no data";
  const s = v.toFixed(digits);
  const shown = s.endsWith(".0") ? digits - 1 : digits;
  if (!language.lang.startsWith(/* as is */ "en")) return new Intl.NumberFormat(locale(), { style: "percent", minimumFractionDigits: shown, maximumFractionDigits: shown }).format(Number(s) / 100);
  return `${decimal(Number(s), shown)}%`;
}

/** Whom the ticket waits for, seen by one person. */
export function waitsText(t: Pick<Ticket, "waits_for" | "assignee" | "requester">, me: number): string | null {
  switch (t.waits_for) {
    case "agent":
      if (!t.assignee) return "Waits for someone to take it";
      return t.assignee.id === me ? "Waits for you" : `Waits for ${t.assignee.name}`;
    case "requester": return "Waits for the requester";
    case "third_party": return "Waits for a third party";
    default: return null;
  }
}

/** Any value of a field, for people. */
export function valueText(v: unknown): string {
  if (v === null || v === undefined || v === "") return "nothing";
  if (Array.isArray(v)) return v.length ? v.map(valueText).join(", ") : "nothing";
  if (typeof v === "boolean") return v ? "yes" : "no";
  if (typeof v === "object") {
    const o = v as Record<string, unknown>;
    return String(o.title ?? o.name ?? JSON.stringify(v));
  }
  return String(v);
}

/** Running clocks first, then the worst: which one the head should speak of. */
export function leadingClock(clocks: Clock[]): Clock | null {
  const rank: Record<Clock["state"], number> = { breached: 0, running: 1, paused: 2, met_late: 3, met: 4, cancelled: 5 };
  return [...clocks].sort((a, b) => rank[a.state] - rank[b.state] || (a.left_minutes ?? 0) - (b.left_minutes ?? 0))[0] ?? null;
}

/** A word as it stands within a sentence: English writes it small there, other languages as it is. */
export const inside = (word: string): string => (language.lang.startsWith("en") ? word.toLowerCase() : word);

/** What somebody is called in passing: the first word of their name, cut when it is endless. */
export const firstName = (name: string): string => {
  const letters = [...name.split(" ")[0]];
  return letters.length > 32 ? letters.slice(0, 31).join("") + "…" : letters.join("");
};
