/** Who else has this ticket open, asked every ten seconds while the page is in front. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import type { Presence } from "@/api/types";

export function usePresence(id: number, writing: boolean): Presence["others"] {
  const q = useQueryClient();
  const [others, setOthers] = useState<Presence["others"]>([]);
  useEffect(() => {
    let gone = false;
    const ask = async () => {
      if (document.hidden) return;
      try {
        const p = await api.post<Presence>(`/tickets/${id}/presence`, { writing });
        if (!gone) setOthers(p.others ?? []);
      } catch (e) {
        if (gone) return;
        setOthers([]);
        // Deleted, or no longer for this person, which the live stream may not tell them: the page finds out.
        if (isApiError(e) && (e.status === 403 || e.status === 404)) void q.invalidateQueries({ queryKey: ["ticket", id] });
      }
    };
    void ask();
    const timer = setInterval(ask, 10_000);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [id, writing, q]);
  return others;
}
