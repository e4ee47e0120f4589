/** Gives somebody of the customer a role: sponsor, security lead. */
import { Autocomplete, Select } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { fail, say } from "@/ui/notify";
import { roleText } from "./data";
import { Pop } from "./Pop";

const usual = ["sponsor", "champion", "admin", "dev_lead", "security_lead", "finance"];

export function AddContact({ id }: { id: number }) {
  const client = useQueryClient();
  const [asked, ask] = useState(false);
  const people = useQuery({ queryKey: ["account-people", id], enabled: asked, queryFn: ({ signal }) => api.get<{ items: { id: number; name: string }[] }>("/people", { organization: id, limit: 100 }, signal).then((r) => r.items) }).data ?? [];
  const [person, setPerson] = useState<string | null>(null), [role, setRole] = useState("");
  const key = role.trim().toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "");
  const add = useMutation({
    mutationFn: () => api.put(`/accounts/${id}/contacts/${person}/${key}`, {}),
    onSuccess: () => { say("Role given", () => api.del(`/accounts/${id}/contacts/${person}/${key}`).then(() => client.invalidateQueries({ queryKey: ["account-contacts", id] }))); setPerson(null); setRole(""); },
    onError: (e) => fail("The role could not be given", e),
    onSettled: () => client.invalidateQueries({ queryKey: ["account-contacts", id] }),
  });
  return (
    <Pop word="Add" icon={<IconPlus size={16} stroke={1.75} aria-hidden />} verb="Give the role" ready={!!person && !!key} busy={add.isPending} send={() => add.mutateAsync()} opened={() => ask(true)}>
      <Select size="xs" label="Who" value={person} onChange={setPerson} searchable nothingFoundMessage="Nobody of this customer" comboboxProps={{ withinPortal: false }} data={people.map((p) => ({ value: String(p.id), label: p.name }))} data-autofocus />
      <Autocomplete size="xs" label="Role" value={role} onChange={setRole} comboboxProps={{ withinPortal: false }} data={usual.map(roleText)} maxLength={60} />
    </Pop>
  );
}
