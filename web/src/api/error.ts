/** The one error type of the client: a server's problem, or a request that never arrived. */
import type { Guard, Problem, ProblemDetail } from "./types";

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly details: NonNullable<Problem["details"]>;
  readonly current: unknown;
  /** Path of the explanation of a refusal; null when there is none. */
  readonly why: string | null;
  readonly retryAfter: number | null;
  /** Guards that speak against the change; none for any other error. */
  readonly guards: Guard[];

  constructor(p: Partial<Problem>, retryAfter: number | null = null) {
    super(p.detail || p.title || "The request failed.");
    this.name = "ApiError";
    this.status = p.status ?? 0;
    this.code = p.code ?? "internal";
    this.title = p.title ?? "Request failed";
    this.details = p.details ?? [];
    this.current = p.current ?? null;
    this.why = p.why ?? null;
    this.retryAfter = retryAfter;
    this.guards = p.guards ?? [];
  }

  /** True when the request never reached the server. */
  get offline(): boolean {
    return this.code === "offline";
  }

  /** The message of one field, when the server named it. */
  field(name: string): string | null {
    const hit = this.details.find((d) => "field" in d && (d as ProblemDetail).field === name);
    return hit ? hit.message : null;
  }
}

export function isApiError(e: unknown): e is ApiError {
  return e instanceof ApiError;
}

/** A sentence for people about any thrown value. */
export function sentenceOf(e: unknown): string {
  if (isApiError(e)) return e.message;
  return "Something in this page failed. Reload it; if it happens again, tell whoever runs Steward.";
}
