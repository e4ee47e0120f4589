/** Which reason is open. It lives in the address bar, so Back closes it and a link opens it for a colleague. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Metric } from "@/api/types";

export type WhyAt = { kind: "event"; id: number } | { kind: "clock"; metric: Metric; /** Of an earlier clock of the metric. */ id?: number } | { kind: "field"; field: string } | { kind: "try" };
export interface WhyState { at: WhyAt | null; open: (at: WhyAt) => void; close: () => void }

export function parseWhy(s: string | undefined): WhyAt | null {
  const m = /^(event|clock|field):(\w+)(?:\.(\d+))?$/.exec(s ?? "");
  if (s === "try") return { kind: "try" };
  if (!m || (m[3] && m[1] !== "clock")) return null;
  return m[1] === "event" ? { kind: "event", id: Number(m[2]) } : m[1] === "field" ? { kind: "field", field: m[2] } : { kind: "clock", metric: m[2] as Metric, ...(m[3] ? { id: Number(m[3]) } : {}) };
}

/** A reason as the address bar keeps it. */
export const writeWhy = (at: WhyAt): string => at.kind === "try" ? "try" : `${at.kind}:${at.kind === "event" ? at.id : at.kind === "field" ? at.field : at.metric + (at.id ? `.${at.id}` : "")}`;

/** What is asked, where the answer's own title would not say it as well. */
export const titleOf = (at: WhyAt): string | null => (at.kind === "field" ? `Why ${at.field === "tags" ? "these" : "this"} ${at.field.replaceAll("_", " ")}?` : null);

export function useWhy(): WhyState {
  const raw = (useSearch({ strict: false }) as Record<string, string | undefined>).why;
  const go = useNavigate();
  return useMemo(() => {
    const put = (why: string | undefined, replace: boolean) =>
      void go({ to: "." as never, replace, search: ((s: Record<string, string | undefined>) => ({ ...s, why })) as never });
    return {
      at: parseWhy(raw),
      open: (at) => put(writeWhy(at), !!raw),
      close: () => put(undefined, true),
    };
  }, [raw, go]);
}
