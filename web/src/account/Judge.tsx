/** Judges a manual measure of an account: what it is, why, and until when that holds. */
import { NumberInput, Select, TextInput, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { fail, say } from "@/ui/notify";
import { measuredQuery } from "./data";
import { Pop } from "./Pop";

export function Judge({ id }: { id: number }) {
  const client = useQueryClient();
  const all = (useQuery(measuredQuery).data ?? []).filter((m) => m.manual);
  const [name, setName] = useState<string | null>(null), [word, setWord] = useState<string | null>(null), [value, setValue] = useState<number | string>(""), [reason, setReason] = useState(""), [until, setUntil] = useState("");
  const m = all.find((x) => x.name === name) ?? all[0];
  const words = m?.words ?? [];
  const add = useMutation({
    mutationFn: () => api.post<{ id: number }>(`/accounts/${id}/judgements`, { measure: m!.name.replace(/^manual\./, ""), ...(words.length ? { word } : { value: Number(value) }), reason, ...(until ? { until: until + "T23:59:59Z" } : {}) }),
    onSuccess: (r) => {
      setWord(null); setValue(""); setReason(""); setUntil("");
      const again = () => { for (const key of ["account", "health", "account-lines"]) void client.invalidateQueries({ queryKey: [key] }); };
      say(`${m!.title} is judged`, () => api.del(`/accounts/${id}/judgements/${r.id}`).then(again));
      setTimeout(again, 1500); // it is scored within two seconds
    },
    onError: (e) => fail("It could not be judged", e),
  });
  if (all.length === 0) return null;
  return (
    <Pop word="Judge" verb="Judge it" ready={!!m && !!reason.trim() && (words.length ? !!word : value !== "")} busy={add.isPending} send={() => add.mutateAsync()}>
      {all.length > 1 && <Select size="xs" label="Measure" value={m?.name ?? null} onChange={(v) => { setName(v); setWord(null); }} allowDeselect={false} comboboxProps={{ withinPortal: false }} data={all.map((x) => ({ value: x.name, label: x.title }))} />}
      {words.length > 0 ? <Select size="xs" label={m!.title} value={word} onChange={setWord} comboboxProps={{ withinPortal: false }} data={words.map((w) => ({ value: w, label: w[0].toUpperCase() + w.slice(1).replaceAll("_", " ") }))} data-autofocus />
      : <NumberInput size="xs" label={m?.title ?? "Value"} value={value} onChange={setValue} data-autofocus />}
      <Textarea size="xs" label="Why" autosize minRows={2} value={reason} onChange={(e) => setReason(e.currentTarget.value)} maxLength={10_000} />
      <TextInput size="xs" type="date" label="Holds until" description="As the measure says when empty" value={until} onChange={(e) => setUntil(e.currentTarget.value)} />
    </Pop>
  );
}
