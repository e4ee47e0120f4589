/** Follows an account: notices of its colour can name its followers. */
import { IconBell, IconBellOff } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import type { Ref } from "./data";

export function Follow({ id }: { id: number }) {
  const client = useQueryClient();
  const key = ["account-followers", id];
  const query = useQuery({ queryKey: key, queryFn: ({ signal }) => api.get<{ items: Ref[]; me: boolean }>(`/accounts/${id}/followers`, {}, signal) });
  const on = query.data?.me ?? false;
  const change = useMutation({
    mutationFn: (to: boolean) => (to ? api.put(`/accounts/${id}/follow`, {}) : api.del(`/accounts/${id}/follow`)),
    onSuccess: (_, to) => say(to ? "You follow this account" : "You no longer follow it"),
    onError: (e) => fail("This could not be changed", e),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
  const Icon = on ? IconBellOff : IconBell;
  const names = query.data?.items.map((p) => p.name).join(", ");
  return <Btn small icon={<Icon size={16} stroke={1.75} aria-hidden />} aria-pressed={on} disabled={!query.data} busy={change.isPending} tip={names ? `Followed by ${names}` : "Nobody follows it yet"} onClick={() => change.mutate(!on)}>{on ? "Unfollow" : "Follow"}</Btn>;
}
