/** Opens a call to action by hand. */
import { Select, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { fail, say } from "@/ui/notify";
import { typeWord, type Call } from "./data";
import { Pop } from "./Pop";

export function AddCall({ id, first = "risk" }: { id: number; /** The sort that it begins with. */ first?: string }) {
  const client = useQueryClient();
  const [title, setTitle] = useState(""), [type, setType] = useState(first), [priority, setPriority] = useState("medium"), [due, setDue] = useState("");
  const add = useMutation({
    mutationFn: () => api.post<Call>(`/accounts/${id}/calls`, { title, type, priority, ...(due ? { due: due + "T17:00:00Z" } : {}) }),
    onSuccess: () => { setTitle(""); setDue(""); say("Added to the open actions"); },
    onError: (e) => fail("It could not be added", e),
    onSettled: () => { void client.invalidateQueries({ queryKey: ["calls"] }); void client.invalidateQueries({ queryKey: ["account-lines", id] }); },
  });
  return (
    <Pop word="Add" icon={<IconPlus size={16} stroke={1.75} aria-hidden />} verb="Add it" ready={!!title.trim()} busy={add.isPending} send={() => add.mutateAsync()}>
      <TextInput size="xs" label="What is to be done" value={title} onChange={(e) => setTitle(e.currentTarget.value)} maxLength={300} data-autofocus />
      <div className="row" style={{ gap: 8 }}>
        <Select size="xs" label="Sort" value={type} onChange={(v) => v && setType(v)} allowDeselect={false} comboboxProps={{ withinPortal: false }} data={Object.entries(typeWord).map(([value, label]) => ({ value, label }))} />
        <Select size="xs" label="Priority" value={priority} onChange={(v) => v && setPriority(v)} allowDeselect={false} comboboxProps={{ withinPortal: false }} data={[["low", "Low"], ["medium", "Medium"], ["high", "High"]].map(([value, label]) => ({ value, label }))} />
      </div>
      <TextInput size="xs" type="date" label="Due" value={due} onChange={(e) => setDue(e.currentTarget.value)} />
    </Pop>
  );
}
