/** Notes what happened with an account: L, the words, Ctrl Enter. An address that ends in ?note=health_update begins one. */
import { MultiSelect, NumberInput, Select, TextInput, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { api } from "@/api/client";
import { useCommands } from "@/app/commands";
import { inside } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { noUpdate, Triage } from "./Triage";
import { kindWord, personasQuery, roleText } from "./data";

export function Note({ id }: { id: number }) {
  const client = useQueryClient();
  const go = useNavigate();
  const asked = (useSearch({ strict: false }) as { note?: string }).note;
  const [open, setOpen] = useState(false);
  const [health, setHealth] = useState(noUpdate), [people, setPeople] = useState<string[]>([]);
  const [kind, setKind] = useState("call"), [title, setTitle] = useState(""), [body, setBody] = useState(""), [effort, setEffort] = useState<number | string>("");
  const triage = kind === "health_update";
  const ready = triage ? !!health.state.trim() : !!title.trim();
  const input = useRef<HTMLInputElement>(null);
  const contacts = useQuery({ ...personasQuery(id), enabled: open }).data ?? [];
  const form = useRef<HTMLFormElement>(null);
  const begin = (k = kind) => { setKind(k); setOpen(true); setTimeout(() => (k === "health_update" ? form.current?.querySelector("textarea") : input.current)?.focus(), 0); };
  useEffect(() => { if (asked && asked in kindWord && asked !== "document") { begin(asked); void go({ to: "." as never, replace: true, search: ((was: object) => ({ ...was, note: undefined })) as never }); } }, [asked]); // eslint-disable-line react-hooks/exhaustive-deps
  useCommands([
    { id: "note", title: "Note what happened", section: "everywhere", keys: "l", run: () => begin() },
    { id: "note-health", title: "Write a health update", section: "everywhere", keys: "h", run: () => begin("health_update") },
  ]);
  const after = () => { for (const key of ["account-lines", "account-contacts", "account"]) void client.invalidateQueries({ queryKey: [key, id] }); };
  const add = useMutation({
    mutationFn: () => api.post<{ id: number }>(`/accounts/${id}/timeline`, { kind, effort: Number(effort) || 0, ...(triage ? { health } : { title, body, people: people.map(Number) }) }),
    onSuccess: (r) => {
      setTitle(""); setBody(""); setEffort(""); setPeople([]); setHealth(noUpdate); setOpen(false);
      say("Noted", () => api.del(`/accounts/${id}/timeline/${r.id}`).then(after));
      after();
      setTimeout(after, 1500); // what follows from it is worked out a moment later
    },
    onError: (e) => fail("It could not be noted", e),
  });
  const keys = (e: KeyboardEvent) => {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && ready) { e.preventDefault(); add.mutate(); }
    if (e.key === "Escape" && (e.target as Element).getAttribute("aria-expanded") !== "true") setOpen(false); // of an open list it closes that
  };
  if (!open) return <div className="note-form"><Btn keys="l" onClick={() => begin()}>Note what happened</Btn></div>;
  const named = [...new Map(contacts.map((c) => [String(c.person.id), c])).values()];
  return (
    <form ref={form} className="note-form" onKeyDown={keys} onSubmit={(e) => { e.preventDefault(); if (ready) add.mutate(); }}>
      <div className="row" style={{ gap: 8 }}>
        <Select size="xs" aria-label="Kind" value={kind} onChange={(v) => v && setKind(v)} allowDeselect={false} data={Object.entries(kindWord).filter(([value]) => value !== "document").map(([value, label]) => ({ value, label }))} style={{ flex: 1 }} />
        <NumberInput size="xs" aria-label="Minutes it took" placeholder="Minutes" min={0} max={10_000} value={effort} onChange={setEffort} style={{ width: 110 }} />
      </div>
      {!triage && <TextInput ref={input} size="xs" aria-label="What happened" placeholder="What happened, in a line" value={title} onChange={(e) => setTitle(e.currentTarget.value)} maxLength={300} />}
      {!triage && named.length > 0 && <MultiSelect size="xs" aria-label="Who took part" placeholder={people.length ? undefined : "Who took part"} data={named.map((c) => ({ value: String(c.person.id), label: `${c.person.name}, ${inside(roleText(c.role))}` }))} value={people} onChange={setPeople} searchable />}
      {triage ? <Triage value={health} set={setHealth} /> : <Textarea size="xs" aria-label="More" placeholder="More, if it matters" autosize minRows={2} value={body} onChange={(e) => setBody(e.currentTarget.value)} />}
      <div className="row" style={{ gap: 8 }}><Btn kind="pri" small type="submit" busy={add.isPending} disabled={!ready} keys="Mod+Enter">Note it</Btn><Btn kind="quiet" small onClick={() => setOpen(false)}>Cancel</Btn></div>
    </form>
  );
}
