/** A clock in one phrase, and an interval in one sentence. */
import type { Clock } from "@/api/types";
import { clockTime, dayNumber, duration, fmt, ms, now } from "@/lib/time";
import type { Piece } from "./geometry";

export type ClockTone = "good" | "danger" | "attention" | "m2" | "m3";

export function clockPhrase(c: Clock, at = now()): { text: string; tone: ClockTone } {
  const target = duration(c.target_minutes);
  switch (c.state) {
    case "met": return { text: `Met in ${c.elapsed_minutes < 1 ? "under 1 min" : duration(c.elapsed_minutes)} of ${target}`, tone: "good" };
    case "met_late": return { text: `Met ${duration(c.elapsed_minutes - c.target_minutes)} late, after ${duration(c.elapsed_minutes)}`, tone: "danger" };
    case "cancelled": return { text: "Cancelled", tone: "m3" };
    case "paused": return { text: `Paused, ${duration(c.left_minutes ?? c.target_minutes - c.elapsed_minutes)} left`, tone: "m2" };
    default: {
      const left = c.left_minutes ?? (c.due_at ? (ms(c.due_at) - at) / 60_000 : 0);
      if (c.state === "breached" || left < 0) return { text: `${duration(left)} past ${target}`, tone: "danger" };
      return { text: `${duration(left)} left${c.due_at ? `, ${shortMoment(ms(c.due_at), at)}` : ""}`, tone: left < 45 ? "attention" : "m2" };
    }
  }
}

export function shortMoment(t: number, at = now()): string {
  const days = dayNumber(t) - dayNumber(at);
  if (days === 0) return clockTime(t);
  return Math.abs(days) < 7 ? `${fmt(t, { weekday: "short" })} ${clockTime(t)}` : `${fmt(t, { day: "numeric", month: "short" })} ${clockTime(t)}`;
}

/** A clock some time after it was read: running minutes go on while its calendar is open. */
export function advance(c: Clock, readAt: number, at: number): Clock {
  const gone = Math.floor((at - readAt) / 60_000);
  const open = c.hours.length === 0 || c.hours.some((h) => ms(h.from) <= at && at < ms(h.to));
  if (gone < 1 || !open || (c.state !== "running" && c.state !== "breached") || c.left_minutes === null) return c;
  return { ...c, elapsed_minutes: c.elapsed_minutes + gone, left_minutes: c.left_minutes - gone };
}

const what: Record<Piece["kind"], string> = { run: "Running", pause: "Paused", breach: "Past due" };
export function pieceSentence(p: Piece, at = now()): string {
  const still = p.to >= at - 1000;
  const span = `${shortMoment(p.from, at)} to ${still ? "now" : shortMoment(p.to, at)}`;
  const note = p.kind !== "pause" && !p.inHours ? ", outside the calendar's hours" : "";
  return `${what[p.kind]} ${span}, ${duration((p.to - p.from) / 60_000)}${note}`;
}
