import type { Attention, HandoverKind, PresenceState, TimeOff } from "@/api/types";

/** Each kind of hand-over: its name, and what it does. */
export const handoverWords: Record<HandoverKind, [string, string]> = {
  handover: ["Hand over", "The next region goes on today; whoever takes it has it."],
  rehome: ["Rehome", "It moves to the other region for good: the customer works in that day."],
  satellite: ["Satellite", "You keep it; the other region does one step for you."],
  hot_rehome: ["Rehome at once", "It moves for good and cannot wait for their day to begin."],
};
export const urgencyWords: Record<Attention["urgency"], string> = { urgent: "Urgent", timely: "Timely", not_urgent: "Not urgent" };
export const presenceWords: readonly (readonly [PresenceState, string])[] = [["available", "Available"], ["busy", "Busy"], ["away", "Away"]];
export const offWords: Record<TimeOff["reason"], string> = { holiday: "Holiday", sick: "Sick", training: "Training", public_holiday: "Public holiday", other: "Other" };
export const spell = (minutes: number): string => {
  const d = Math.floor(minutes / 1440), h = Math.floor((minutes % 1440) / 60), m = minutes % 60;
  return d > 0 ? (h > 0 ? `${d} d ${h} h` : `${d} d`) : h > 0 ? (m > 0 ? `${h} h ${m} min` : `${h} h`) : `${m} min`;
};
