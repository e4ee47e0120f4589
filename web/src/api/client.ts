/** A thin wrapper over fetch: JSON in, JSON out, problems become ApiError, 401 is announced. */
import { language } from "@/language/language";
import { ApiError } from "./error";
import type { Problem } from "./types";

export const BASE = "/api/v1";
type Query = Record<string, string | number | boolean | null | undefined>;
interface Options { query?: Query; body?: unknown; headers?: Record<string, string>; signal?: AbortSignal }

const signedOut = new Set<() => void>();
const reachable = new Set<(ok: boolean) => void>();

/** Calls fn when any request finds the session gone. Returns the undo. */
export function onSignedOut(fn: () => void): () => void {
  signedOut.add(fn);
  return () => signedOut.delete(fn);
}

/** Calls fn after each request with whether the server was reached. Returns the undo. */
export function onReachable(fn: (ok: boolean) => void): () => void {
  reachable.add(fn);
  return () => reachable.delete(fn);
}

export function url(path: string, query?: Query): string {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(query ?? {})) if (v !== null && v !== undefined && v !== "") q.set(k, String(v));
  const s = q.toString();
  return BASE + path + (s ? "?" + s : "");
}

/** Turns a failed response into an ApiError, whatever its body. */
export function problemOf(status: number, body: string, retryAfter: string | null): ApiError {
  const after = retryAfter && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null;
  try {
    const p = JSON.parse(body) as Problem;
    if (p && typeof p === "object") return new ApiError({ ...p, status }, after);
  } catch {
    // not JSON: a proxy or a crash answered
  }
  const detail =
    status === 413 ? "This is larger than the server accepts. Send something smaller."
    : status >= 500 ? "The server could not answer. Nothing was changed. Try again in a moment."
    : `The server answered ${status}. Try again, or reload the page.`;
  return new ApiError({ status, title: "Request failed", detail, code: status >= 500 ? "unavailable" : "internal" }, after);
}

async function request<T>(method: string, path: string, o: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": language.code, ...o.headers };
  if (o.body !== undefined) headers["Content-Type"] = "application/json";
  let res: Response;
  try {
    res = await fetch(url(path, o.query), {
      method, headers, signal: o.signal, credentials: "same-origin",
      body: o.body === undefined ? undefined : JSON.stringify(o.body),
    });
  } catch (e) {
    if ((e as Error).name === "AbortError") throw e;
    reachable.forEach((f) => f(false));
    throw new ApiError({
      code: "offline", title: "Not reached",
      detail: "The server could not be reached, so nothing was changed. Check your connection and try again.",
    });
  }
  reachable.forEach((f) => f(true));
  if (!res.ok) {
    const err = problemOf(res.status, await res.text(), res.headers.get("Retry-After"));
    if (res.status === 401 && path !== "/session") signedOut.forEach((f) => f());
    throw err;
  }
  if (res.status === 204) return undefined as T;
  return (await res.json()) as T;
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => request<T>("GET", path, { query, signal }),
  post: <T>(path: string, body?: unknown, headers?: Record<string, string>) => request<T>("POST", path, { body: body ?? {}, headers }),
  patch: <T>(path: string, body: unknown) => request<T>("PATCH", path, { body }),
  put: <T>(path: string, body: unknown) => request<T>("PUT", path, { body }),
  del: <T = void>(path: string) => request<T>("DELETE", path),
};
