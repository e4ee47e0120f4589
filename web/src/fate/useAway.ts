/** Deletes a ticket or marks it as spam; what speaks against it is kept for the person to decide. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Guard } from "@/api/types";
import { putAway, type PutAway } from "./refresh";

export interface Away {
  put: (as: PutAway, block?: string) => Promise<void>;
  asked: { as: PutAway; guards: Guard[]; goOn: () => void } | null;
  dismiss: () => void;
}

export function useAway(id: number): Away {
  const q = useQueryClient();
  const [asked, setAsked] = useState<Away["asked"]>(null);
  const put = async (as: PutAway, block = "", confirm?: string[]) => {
    setAsked(null);
    const guards = await putAway(q, id, as, block, confirm);
    if (guards.length > 0) setAsked({ as, guards, goOn: () => void put(as, block, guards.map((g) => g.name)) });
  };
  return { put: (as, block) => put(as, block), asked, dismiss: () => setAsked(null) };
}
