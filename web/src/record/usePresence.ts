/** Who else has this ticket open, asked every ten seconds while the page is in front. */
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import type { Presence } from "@/api/types";

export function usePresence(id: number, writing: boolean): Presence["others"] {
  const [others, setOthers] = useState<Presence["others"]>([]);
  useEffect(() => {
    let gone = false;
    const ask = async () => {
      if (document.hidden) return;
      try {
        const p = await api.post<Presence>(`/tickets/${id}/presence`, { writing });
        if (!gone) setOthers(p.others ?? []);
      } catch {
        if (!gone) setOthers([]);
      }
    };
    void ask();
    const timer = setInterval(ask, 10_000);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [id, writing]);
  return others;
}
