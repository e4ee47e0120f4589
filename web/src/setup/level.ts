/** The first service level as a text. Pure. */
import type { Priority } from "@/api/types";
import { yaml } from "./api";

/** Working hours until an answer; "" promises nothing. */
export type Figures = Record<"first_reply" | "next_reply", Record<Priority, number | "">>;

/** The starter kit's standard support: answers within a day of office hours or so. */
export const usual: Figures = {
  first_reply: { urgent: 8, high: 10, normal: 20, low: 30 },
  next_reply: { urgent: 8, high: 10, normal: 20, low: 30 },
};

export function within(hours: number): string {
  const minutes = Math.max(1, Math.round(hours * 60));
  return minutes % 60 ? `${minutes}m` : `${minutes / 60}h`;
}

export function levelText(title: string, f: Figures): string {
  const targets = (["first_reply", "next_reply"] as const).flatMap((m) => (["urgent", "high", "normal", "low"] as const)
    .filter((p) => f[m][p] !== "" && Number(f[m][p]) > 0)
    .map((p) => `  - { metric: ${m}, priority: ${p}, within: ${within(Number(f[m][p]))}, calendar: working-hours }\n`));
  return yaml([["kind", "sla"], ["name", "standard"], ["title", title.trim() || "Standard support"], ["order", 20]]) + "pause: [pending, hold]\ntargets:\n" + targets.join("");
}
