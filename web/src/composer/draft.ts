/**
 * A draft survives a reload on this machine, and reaches the server a moment later for the next one.
 * Of two drafts the newer wins; one that was sent or dropped elsewhere goes here too.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import type { Draft } from "@/api/types";
import { read, write } from "@/lib/store";
import { now } from "@/lib/time";

export interface Words { text: string; public: boolean }
/** What this machine keeps: the words, when they were typed by the server's clock, whether the server has them. */
export interface Kept extends Words { at?: number; stored?: boolean }
const key = (id: number) => `draft.${id}`;

export function localDraft(id: number): Kept | null {
  try {
    return JSON.parse(read(key(id)) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}
const keep = (id: number, k: Kept | null) => write(key(id), k?.text ? JSON.stringify(k) : null);

/** Which draft holds, and whether the server still lacks it. */
export function newer(local: Kept | null, server: Draft | null): { words: Words | null; send: boolean } {
  if (!local?.text) return { words: server?.text ? { text: server.text, public: server.public } : null, send: false };
  const mine = { text: local.text, public: local.public };
  if (!server?.text) return local.stored ? { words: null, send: false } : { words: mine, send: true };
  const at = server.updated_at ? Date.parse(server.updated_at) : 0;
  if (at > (local.at ?? 0)) return { words: { text: server.text, public: server.public }, send: false };
  return { words: mine, send: server.text !== local.text || server.public !== local.public };
}

export function useDraft(id: number) {
  const [words, setWords] = useState<Words>(() => { const l = localDraft(id); return l ? { text: l.text, public: l.public } : { text: "", public: true }; });
  const touched = useRef(false);
  const waiting = useRef<Words | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const store = useCallback(() => {
    clearTimeout(timer.current);
    const w = waiting.current;
    if (!w) return;
    waiting.current = null;
    if (!w.text) return void api.del(`/tickets/${id}/draft`).catch(() => {});
    api.put<Draft>(`/tickets/${id}/draft`, w).then((d) => {
      const l = localDraft(id);
      if (l?.text === w.text) keep(id, { ...w, at: d.updated_at ? Date.parse(d.updated_at) : l.at, stored: true });
    }).catch(() => {});
  }, [id]);
  useEffect(() => {
    let gone = false;
    api.get<Draft | null>(`/tickets/${id}/draft`).then((d) => {
      if (gone || touched.current) return;
      const local = localDraft(id);
      const best = newer(local, d);
      if (best.send && best.words) {
        waiting.current = best.words;
        store();
      } else if (best.words) keep(id, { ...best.words, at: d?.updated_at ? Date.parse(d.updated_at) : now(), stored: true });
      else keep(id, null);
      if (best.words || local) setWords(best.words ?? { text: "", public: true });
    }).catch(() => {});
    return () => { gone = true; };
  }, [id, store]);
  // Leaving the ticket, or the page, sends what waits.
  useEffect(() => {
    addEventListener("pagehide", store);
    return () => { removeEventListener("pagehide", store); store(); };
  }, [store]);

  const change = useCallback((w: Words) => {
    touched.current = true;
    setWords(w);
    keep(id, { ...w, at: now() });
    waiting.current = w;
    clearTimeout(timer.current);
    timer.current = setTimeout(store, 1200);
  }, [id, store]);
  const clear = useCallback((keepPublic: boolean) => {
    clearTimeout(timer.current);
    waiting.current = null;
    keep(id, null);
    setWords({ text: "", public: keepPublic });
    void api.del(`/tickets/${id}/draft`).catch(() => {});
  }, [id]);
  return { words, change, clear };
}
