/**
 * A draft survives a reload, a crash and an hour offline on this machine, and reaches the server a moment later for
 * the next one; it is no other's who signs in here. Of two drafts the newer wins; one that was sent or dropped elsewhere goes here too.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import type { Draft, FileRef, PersonRef, Status } from "@/api/types";
import { read, write } from "@/lib/store";
import { now } from "@/lib/time";

export interface Words {
  text: string; public: boolean;
  /** Files that have arrived. */ files?: FileRef[];
  /** Who gets the reply beside the requester; missing for all who are copied. */ copies?: PersonRef[];
  /** The state chosen with it. */ status?: Status;
  /** The saved reply whose changes are made with it, by name. */ macro?: string;
}
/** What this machine keeps: the words, when they were typed by the server's clock, whether the server has them. */
export interface Kept extends Words { at?: number; stored?: boolean }
const key = (person: number, id: number) => `draft.${person}.${id}`;
const empty = (w: Words | null | undefined) => !w || (!w.text && !w.files?.length && !w.macro);

export function localDraft(person: number, id: number): Kept | null {
  try {
    return JSON.parse(read(key(person, id)) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}
const keep = (person: number, id: number, k: Kept | null) => write(key(person, id), empty(k) ? null : JSON.stringify(k));

const words = (d: Words | Draft): Words => ({
  text: d.text, public: d.public, ...(d.files?.length ? { files: d.files } : {}), ...(d.copies ? { copies: d.copies } : {}), ...(d.status ? { status: d.status } : {}), ...(d.macro ? { macro: d.macro } : {}),
});
const bodyOf = (w: Words) => ({ text: w.text, public: w.public, ...(w.files?.length ? { file_ids: w.files.map((f) => f.id) } : {}), ...(w.copies ? { copies: w.copies.map((p) => p.id) } : {}), ...(w.status ? { status: w.status } : {}), ...(w.macro ? { macro: w.macro } : {}) });
const same = (a: Words, b: Words) => JSON.stringify(bodyOf(a)) === JSON.stringify(bodyOf(b));

/** Which draft holds, and whether the server still lacks it. */
export function newer(local: Kept | null, server: Draft | null): { words: Words | null; send: boolean } {
  if (!local || empty(local)) return { words: server && !empty(words(server)) ? words(server) : null, send: false };
  const mine = words(local);
  if (!server || empty(words(server))) return local.stored ? { words: null, send: false } : { words: mine, send: true };
  const at = server.updated_at ? Date.parse(server.updated_at) : 0;
  if (at > (local.at ?? 0)) return { words: words(server), send: false };
  return { words: mine, send: !same(words(server), mine) };
}

/** What was written in another window or on another machine, and what stood here before it. */
export interface Elsewhere { words: Words; shown: boolean }

export function useDraft(person: number, id: number) {
  const [now_, setWords] = useState<Words>(() => { const l = localDraft(person, id); return l ? words(l) : { text: "", public: true }; });
  const [elsewhere, setElsewhere] = useState<Elsewhere | null>(null);
  const touched = useRef(0);
  const waiting = useRef<Words | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(now_);
  latest.current = now_;

  const store = useCallback(() => {
    clearTimeout(timer.current);
    const w = waiting.current;
    if (!w) return;
    waiting.current = null;
    if (empty(w)) return void api.del(`/tickets/${id}/draft`).catch(() => { waiting.current ??= w; });
    api.put<Draft>(`/tickets/${id}/draft`, bodyOf(w)).then((d) => {
      const l = localDraft(person, id);
      if (l && same(l, w)) keep(person, id, { ...w, at: d.updated_at ? Date.parse(d.updated_at) : l.at, stored: true });
    }).catch(() => {
      // Not reached: it is kept here, and sent with the next word or as soon as there is a connection.
      waiting.current ??= w;
    });
  }, [person, id]);
  useEffect(() => {
    let gone = false;
    api.get<Draft | null>(`/tickets/${id}/draft`).then((d) => {
      if (gone || touched.current) return;
      const local = localDraft(person, id);
      const best = newer(local, d);
      if (best.send && best.words) {
        waiting.current = best.words;
        store();
      } else if (best.words) keep(person, id, { ...best.words, at: d?.updated_at ? Date.parse(d.updated_at) : now(), stored: true });
      else keep(person, id, null);
      if (best.words && local?.text && !same(best.words, local)) setElsewhere({ words: words(local), shown: true });
      if (best.words || local) setWords(best.words ?? { text: "", public: true });
    }).catch(() => {});
    return () => { gone = true; };
  }, [person, id, store]);
  // Leaving the ticket, or the page, sends what waits; so does a connection that comes back.
  useEffect(() => {
    addEventListener("pagehide", store);
    addEventListener("online", store);
    return () => { removeEventListener("pagehide", store); removeEventListener("online", store); store(); };
  }, [store]);
  // Another window of this browser wrote on the same ticket: the newest shows, unless one types here as well.
  useEffect(() => {
    const on = (e: StorageEvent) => {
      if (e.key !== "steward." + key(person, id)) return;
      const other = localDraft(person, id);
      if (other && same(other, latest.current)) return;
      const theirs = other ? words(other) : { text: "", public: latest.current.public };
      if (Date.now() - touched.current < 5000) return setElsewhere({ words: theirs, shown: false });
      const mine = latest.current;
      touched.current = touched.current || 1; // what the server has is no newer
      waiting.current = null;
      setWords(theirs);
      setElsewhere(empty(mine) || theirs.text.startsWith(mine.text) ? null : { words: mine, shown: true });
    };
    addEventListener("storage", on);
    return () => removeEventListener("storage", on);
  }, [person, id]);

  const change = useCallback((w: Words) => {
    touched.current = Date.now();
    setWords(w);
    keep(person, id, { ...w, at: now() });
    waiting.current = w;
    clearTimeout(timer.current);
    timer.current = setTimeout(store, 1200);
  }, [person, id, store]);
  const clear = useCallback((keepPublic: boolean) => {
    clearTimeout(timer.current);
    waiting.current = null;
    keep(person, id, null);
    setElsewhere(null);
    setWords({ text: "", public: keepPublic });
    void api.del(`/tickets/${id}/draft`).catch(() => {});
  }, [person, id]);
  /** Shows a draft that the server has, such as the words of a reply that was taken back. */
  const show = useCallback((d: Draft) => {
    touched.current = Date.now();
    waiting.current = null;
    const w = words(d);
    keep(person, id, { ...w, at: d.updated_at ? Date.parse(d.updated_at) : now(), stored: true });
    setWords(w);
  }, [person, id]);
  const swap = useCallback(() => {
    if (!elsewhere) return;
    const mine = latest.current;
    change(elsewhere.words);
    setElsewhere(empty(mine) ? null : { words: mine, shown: true });
  }, [elsewhere, change]);
  return { words: now_, change, clear, show, elsewhere, swap, dismiss: () => setElsewhere(null) };
}
