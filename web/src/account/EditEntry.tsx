/** Corrects an entry of a timeline: what it says, and how long it took. */
import { NumberInput, TextInput, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { fail, say } from "@/ui/notify";
import { Pop } from "./Pop";
import type { Line } from "./data";

export function EditEntry({ account, l }: { account: number; l: Line }) {
  const client = useQueryClient();
  const [title, setTitle] = useState(l.title), [body, setBody] = useState(l.body), [effort, setEffort] = useState<number | string>(l.effort || "");
  const save = useMutation({
    mutationFn: () => api.patch(`/accounts/${account}/timeline/${l.id}`, { title, effort: Number(effort) || 0, ...(l.health ? {} : { body }) }),
    onSuccess: () => say("Changed"),
    onError: (e) => fail("It could not be changed", e),
    onSettled: () => client.invalidateQueries({ queryKey: ["account-lines", account] }),
  });
  return (
    <Pop word="Change" quiet verb="Save" ready={!!(title.trim() || body.trim() || l.health)} busy={save.isPending} send={() => save.mutateAsync()} opened={() => { setTitle(l.title); setBody(l.body); setEffort(l.effort || ""); }}>
      <NumberInput size="xs" label="Minutes it took" min={0} max={10_000} value={effort} onChange={setEffort} data-autofocus />
      <TextInput size="xs" label="What happened" value={title} onChange={(e) => setTitle(e.currentTarget.value)} maxLength={300} />
      {!l.health && <Textarea size="xs" label="More" autosize minRows={2} maxRows={8} value={body} onChange={(e) => setBody(e.currentTarget.value)} maxLength={10_000} />}
    </Pop>
  );
}
