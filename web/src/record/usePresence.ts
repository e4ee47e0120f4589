/**
 * Who else has this ticket open. The live stream says when that has changed; every ten seconds, while the page is in front, one's own
 * sign of life goes out, whose answer says the same where there is no stream.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, BASE } from "@/api/client";
import { isApiError } from "@/api/error";
import type { Presence } from "@/api/types";
import { onPresence } from "@/frame/live";

export function usePresence(id: number, writing: boolean): Presence["others"] {
  const q = useQueryClient();
  const [others, setOthers] = useState<Presence["others"]>([]);
  const now = useRef<() => void>(() => undefined);
  useEffect(() => {
    let gone = false;
    const ask = async (look?: "look") => {
      if (document.hidden) return;
      try {
        const p = look ? await api.get<Presence>(`/tickets/${id}/presence`) : await api.post<Presence>(`/tickets/${id}/presence`, { writing });
        if (gone) return;
        setOthers(p.others ?? []);
        if (!p.here) void ask(); // another window of one's own was closed
      } catch (e) {
        if (gone) return;
        setOthers([]);
        // Deleted, or no longer for this person, which the live stream may not tell them: the page finds out.
        if (isApiError(e) && (e.status === 403 || e.status === 404)) void q.invalidateQueries({ queryKey: ["ticket", id] });
      }
    };
    now.current = () => void ask();
    void ask();
    const timer = setInterval(() => void ask(), 10_000);
    const off = onPresence((ticket) => { if (ticket === id) void ask("look"); });
    return () => {
      gone = true;
      clearInterval(timer);
      off();
    };
  }, [id, writing, q]);
  useEffect(() => {
    // Kept alive: it goes out also when the page is closed.
    const leave = () => void fetch(`${BASE}/tickets/${id}/presence`, { method: "POST", keepalive: true, credentials: "same-origin", headers: { "Content-Type": "application/json" }, body: '{"writing":false,"leaving":true}' }).catch(() => undefined);
    const front = () => { if (!document.hidden) now.current(); };
    addEventListener("pagehide", leave);
    addEventListener("pageshow", front);
    document.addEventListener("visibilitychange", front);
    return () => {
      removeEventListener("pagehide", leave);
      removeEventListener("pageshow", front);
      document.removeEventListener("visibilitychange", front);
      setOthers([]);
      leave();
    };
  }, [id]);
  return others;
}
