/** What the first run asks of the server, and how its texts are written. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Applied } from "@/api/configuration";

export type StepName = "mailbox" | "test" | "team" | "service_level" | "invite";
export interface TestMail { mailbox: string; to: string; queued_at: string; state: string; error: string; caught: boolean; sent_at: string | null; arrived_at: string | null; fetches: boolean }
export interface Progress { steps: { name: StepName; state: "open" | "done" | "skipped" }[]; finished: string | null; test: TestMail | null }
export interface Tried { ok: boolean; message: string; advice: string; reference: string }
export interface TriedBoth { incoming: Tried | null; outgoing: Tried | null; keeps: boolean }
export interface Invitation { id: number; name: string; email: string; roles: string[]; state: "sent" | "expired" | "taken" | "revoked"; sent_at: string; expires_at: string; taken_at: string | null; invited_by: string; link?: string; mailed?: boolean }

export const progressQuery = queryOptions({ queryKey: ["first-run"], queryFn: () => api.get<Progress>("/first-run/progress") });
export const invitationsQuery = queryOptions({ queryKey: ["invitations"], queryFn: () => api.get<{ items: Invitation[] }>("/invitations").then((r) => r.items) });

/** Applies one text the usual way: it takes force, or waits for approval. */
export const apply = (path: string, text: string, message: string) => api.post<Applied>("/apply", { documents: [{ path, text }], message });

/** A text in YAML: strings quoted, what is empty left out. */
export function yaml(fields: [string, unknown][], indent = ""): string {
  return fields.map(([k, v]) => {
    if (v === "" || v === undefined || v === null) return "";
    if (Array.isArray(v) && Array.isArray(v[0])) {
      const inner = yaml(v as [string, unknown][], indent + "  ");
      return inner && `${indent}${k}:\n${inner}`;
    }
    return `${indent}${k}: ${typeof v === "string" ? JSON.stringify(v) : JSON.stringify(v)}\n`;
  }).join("");
}

/** A name as configuration writes them, from a title. */
export const nameOf = (title: string): string => title.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40) || "main";
