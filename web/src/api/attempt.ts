/** The key of something that is sent: the same words keep the same key, so what is tried again after a lost answer happens once. */
import { useRef } from "react";

const fresh = () => (crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`);

/** key(body) gives the headers to send a body with; over() says that it arrived. */
export function useAttempt() {
  const last = useRef<{ body: string; key: string } | null>(null);
  const key = (body: unknown): Record<string, string> => {
    const text = JSON.stringify(body);
    if (last.current?.body !== text) last.current = { body: text, key: fresh() };
    return { "Idempotency-Key": last.current.key };
  };
  return { key, over: () => { last.current = null; } };
}
