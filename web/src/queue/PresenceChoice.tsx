/** Available, busy or away: one's own switch. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Availability, PresenceState } from "@/api/types";
import { Choice } from "@/ui/Choice";
import { fail } from "@/ui/notify";
import { exact } from "@/lib/time";
import { availabilityQuery } from "./queries";
import { presenceWords } from "./words";

export function usePresenceState() {
  const q = useQueryClient();
  const now = useQuery(availabilityQuery);
  const set = useMutation({
    mutationFn: (state: PresenceState) => api.put<Availability>("/me/availability", { state }),
    onMutate: (state) => { const was = q.getQueryData(availabilityQuery.queryKey); if (was) q.setQueryData(availabilityQuery.queryKey, { ...was, state, until: null }); return was; },
    onSuccess: (a) => q.setQueryData(availabilityQuery.queryKey, a),
    onError: (e, state, was) => { if (was) q.setQueryData(availabilityQuery.queryKey, was); fail("Your state could not be changed", e, () => set.mutate(state)); },
  });
  return { data: now.data, set: (s: PresenceState) => set.mutate(s) };
}

export function PresenceChoice() {
  const { data, set } = usePresenceState();
  if (!data) return <span style={{ minHeight: 26 }} />;
  return (
    <span className="row wrap" style={{ gap: 8 }}>
      <Choice label="You are" value={data.state} options={presenceWords} onChange={set} />
      <span className="sub">{data.off ? `Off until ${exact(data.off.ends_at)}` : data.until ? `until ${exact(data.until)}` : !data.working && data.region ? `Outside the hours of ${data.region.title}` : data.region?.title ?? ""}</span>
    </span>
  );
}
