/** "May they edit a ticket?": asks what somebody may do, and answers with the roles that say so. */
import { Autocomplete, NumberInput, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { accessQuery } from "@/api/query";
import { sentenceOf } from "@/api/error";
import { Btn } from "@/ui/Btn";
import { Skel } from "@/ui/State";
import { WhyBody } from "@/why/WhyBody";

const kinds = ["ticket", "person", "organization", "team", "blueprint", "mail", "indicator", "event", "token", "role", "file"];
/** What single kinds know beside reading and writing. */
const actions: Record<string, string[]> = { ticket: ["read", "write", "edit"], blueprint: ["read", "write", "apply", "approve"], default: ["read", "write"] };

export function MayThey({ person }: { person: number }) {
  const [kind, setKind] = useState("ticket");
  const [action, setAction] = useState("edit");
  const [id, setId] = useState<number | string>("");
  const [asked, setAsked] = useState<{ action: string; kind: string; id: number } | null>(null);
  const answer = useQuery({ ...accessQuery(person, asked ?? { action, kind, id: 0 }), enabled: asked !== null });
  function ask(e: FormEvent) {
    e.preventDefault();
    if (action.trim()) setAsked({ action: action.trim(), kind, id: kind === "ticket" ? Number(id) || 0 : 0 });
  }
  return (
    <section className="block" aria-label="Rights">
      <h2 className="h3" style={{ marginBottom: 6 }}>May they …?</h2>
      <form onSubmit={ask} className="row wrap" style={{ gap: 6, alignItems: "flex-end" }}>
        <Autocomplete size="xs" label="Do what" value={action} onChange={setAction} data={actions[kind] ?? actions.default} filter={({ options }) => options} maxLength={50} style={{ flex: "1 1 84px" }} />
        <Select size="xs" label="To a" value={kind} onChange={(v) => v && setKind(v)} allowDeselect={false} data={kinds} style={{ flex: "1 1 104px" }} />
        {kind === "ticket" && <NumberInput size="xs" label="Number" placeholder="Any" min={1} allowDecimal={false} hideControls value={id} onChange={setId} style={{ flex: "1 1 64px" }} />}
        <Btn small type="submit" style={{ height: 30 }} busy={answer.isFetching}>Ask</Btn>
      </form>
      <div role="status">
        {asked && answer.isPending && <Skel w="60%" style={{ marginTop: 12 }} />}
        {answer.isError && <p className="danger t12" style={{ marginTop: 8 }}>{sentenceOf(answer.error)}</p>}
        {answer.data && <div style={{ marginTop: 10 }}><p className="b6">{answer.data.title}</p><WhyBody why={answer.data} /></div>}
      </div>
    </section>
  );
}
