/**
 * A new ticket that is being written, kept on this machine for the person who writes it: it survives a reload, a crash and a
 * session that ended, and is gone once the ticket is open or was discarded.
 */
import type { Attributes, Priority, TicketType } from "@/api/types";
import { read, write } from "@/lib/store";
import type { NewCopy } from "./NewCopies";

export interface NewDraft {
  email: string; name: string; subject: string; text: string; priority: Priority; team: string | null; assignee: string | null;
  tags: string[]; copies: NewCopy[]; mail: string; form: string | null; answers: Attributes;
  type: TicketType; /** When a task is due, as the picker writes it. */ due: string;
  /** When it was last changed. */ at?: number;
}
export const blank: NewDraft = { email: "", name: "", subject: "", text: "", priority: "normal", team: null, assignee: null, tags: [], copies: [], mail: "public", form: null, answers: {}, type: "question", due: "" };

/** Kept for a week: who has not come back by then opened it elsewhere. */
const KEPT = 7 * 86_400_000;
const key = (person: number) => `newticket.${person}`;

/** Whether anything was written that would be missed. For whom alone is typed again in a moment. */
export const worth = (d: NewDraft): boolean => [d.subject, d.text, d.name].some((s) => s.trim() !== "") || d.tags.length > 0 || d.copies.length > 0 || Object.keys(d.answers).length > 0;

export function keptDraft(person: number, now = Date.now()): NewDraft | null {
  try {
    const d = JSON.parse(read(key(person)) ?? "null") as NewDraft | null;
    return d && now - (d.at ?? 0) < KEPT ? { ...blank, ...d } : null;
  } catch {
    return null;
  }
}
export const keepDraft = (person: number, d: NewDraft | null, now = Date.now()): void => write(key(person), d && worth(d) ? JSON.stringify({ ...d, at: now }) : null);
