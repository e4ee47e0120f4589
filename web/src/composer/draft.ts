/** A draft survives a reload on this machine, and reaches the server a moment later for the next one. */
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import type { Draft } from "@/api/types";
import { read, write } from "@/lib/store";

export interface Words { text: string; public: boolean }
const key = (id: number) => `draft.${id}`;

export function localDraft(id: number): Words | null {
  try {
    return JSON.parse(read(key(id)) ?? "null") as Words | null;
  } catch {
    return null;
  }
}

export function useDraft(id: number) {
  const [words, setWords] = useState<Words>(() => localDraft(id) ?? { text: "", public: true });
  const touched = useRef(words.text !== "");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    if (touched.current) return;
    let gone = false;
    api.get<Draft | null>(`/tickets/${id}/draft`).then((d) => {
      if (!gone && d?.text && !touched.current) setWords({ text: d.text, public: d.public });
    }).catch(() => {});
    return () => { gone = true; };
  }, [id]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const change = useCallback((w: Words) => {
    touched.current = true;
    setWords(w);
    write(key(id), w.text ? JSON.stringify(w) : null);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const done = w.text ? api.put(`/tickets/${id}/draft`, w) : api.del(`/tickets/${id}/draft`);
      void done.catch(() => {});
    }, 1500);
  }, [id]);
  const clear = useCallback((keepPublic: boolean) => {
    clearTimeout(timer.current);
    write(key(id), null);
    setWords({ text: "", public: keepPublic });
    void api.del(`/tickets/${id}/draft`).catch(() => {});
  }, [id]);
  return { words, change, clear };
}
