/** Asks for the next ticket and opens it; says in a sentence when there is none, and what to do. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "@/api/client";
import type { NextTicket } from "@/api/types";
import { phrase } from "@/language/phrase";
import { fail, say } from "@/ui/notify";

export function useNext(answered?: (n: NextTicket) => void) {
  const q = useQueryClient();
  const go = useNavigate();
  const next = useMutation({
    mutationFn: (queue?: string) => api.post<NextTicket>("/queue/next", queue ? { queue } : {}),
    onSuccess: (n) => {
      for (const key of ["queues", "tickets", "views", "work", "handovers"]) void q.invalidateQueries({ queryKey: [key] });
      answered?.(n);
      if (!n.ticket) return say(n.say);
      const top = n.skipped.length > 0 ? phrase(` ${n.skipped.length} heavier ${n.skipped.length === 1 ? "one was" : "ones were"} not for you.`) : " It was the heaviest.";
      say(`Yours: ticket ${n.ticket.id}${n.weight ? `, ${String(n.weight.total).replace("-", "−")} points` : ""}.${top}`);
      void go({ to: `/tickets/${n.ticket.id}` as "/tickets" });
    },
    onError: (e, queue) => fail("No ticket could be taken", e, () => next.mutate(queue)),
  });
  return next;
}
