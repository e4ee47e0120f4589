/**
 * A longer text that somebody types is kept on this machine, for them and for what it is about: it survives a reload, a
 * crash and a session that ended, is gone once it was sent, and is no other's who signs in here.
 */
import { useMe } from "@/app/session";
import { read, useStored, write } from "./store";

/** Kept for a week: who has not come back by then wrote it elsewhere. */
const KEPT = 7 * 86_400_000;
/** The message of a bulk change, whichever tickets are chosen. */
export const BULK = "bulk";
/** Whether that message is a note or a reply. */
export const BULK_KIND = "bulk.kind";
const key = (person: number, what: string) => `kept.${person}.${what}`;

function textOf(raw: string | null, now: number): string | null {
  try {
    const k = JSON.parse(raw || "null") as { text: string; at: number } | null;
    return k && now - k.at < KEPT ? k.text : null;
  } catch {
    return null;
  }
}

export const kept = (person: number, what: string, now = Date.now()): string | null => textOf(read(key(person, what)), now);
/** What stands there from the start is not kept. */
export const keep = (person: number, what: string, text: string, initial = "", now = Date.now()): void => write(key(person, what), text === initial ? null : JSON.stringify({ text, at: now }));

export interface Kept {
  text: string;
  set: (text: string) => void;
  /** It was sent, or is not wanted. */ clear: () => void;
  /** Whether there are words of one's own. */ begun: boolean;
}

/** A text about something, such as "merge.7": what was typed before, or initial. */
export function useKeptText(what: string, initial = ""): Kept {
  const me = useMe().person.id;
  const [raw] = useStored(key(me, what), "");
  const own = textOf(raw, Date.now());
  return { text: own ?? initial, set: (text) => keep(me, what, text, initial), clear: () => write(key(me, what), null), begun: own !== null && own.trim() !== "" };
}
