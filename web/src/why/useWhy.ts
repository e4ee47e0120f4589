/** Which reason is open. It lives in the address bar, so Back closes it and a link opens it for a colleague. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Metric } from "@/api/types";

export type WhyAt = { kind: "event"; id: number } | { kind: "clock"; metric: Metric };
export interface WhyState { at: WhyAt | null; open: (at: WhyAt) => void; close: () => void }

export function parseWhy(s: string | undefined): WhyAt | null {
  const m = /^(event|clock):(\w+)$/.exec(s ?? "");
  if (!m) return null;
  return m[1] === "event" ? { kind: "event", id: Number(m[2]) } : { kind: "clock", metric: m[2] as Metric };
}

export function useWhy(): WhyState {
  const raw = (useSearch({ strict: false }) as Record<string, string | undefined>).why;
  const go = useNavigate();
  return useMemo(() => {
    const put = (why: string | undefined, replace: boolean) =>
      void go({ to: "." as never, replace, search: ((s: Record<string, string | undefined>) => ({ ...s, why })) as never });
    return {
      at: parseWhy(raw),
      open: (at) => put(at.kind === "event" ? `event:${at.id}` : `clock:${at.metric}`, !!raw),
      close: () => put(undefined, true),
    };
  }, [raw, go]);
}
