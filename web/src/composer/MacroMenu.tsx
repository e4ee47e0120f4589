/** Prepared answers: pick one, read what it would do, send it like anything else. */
import { Menu } from "@mantine/core";
import { IconBolt, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { sentenceOf } from "@/api/error";
import { macrosQuery } from "@/api/query";
import type { FieldChange, ID, Prepared } from "@/api/types";
import { rank } from "@/frame/rank";
import { Btn } from "@/ui/Btn";
import { Nested } from "@/ui/Nested";
import { say } from "@/ui/notify";

const icon = { size: 16, stroke: 1.75, "aria-hidden": true } as const;

export function MacroMenu({ ticket, onPick }: { ticket: ID; onPick: (m: Prepared) => void }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const macros = useQuery({ ...macrosQuery(ticket), enabled: open });
  const found = rank(macros.data ?? [], text, (m) => m.title).slice(0, 50);
  const pick = async (name: string) => {
    try {
      onPick(await api.get<Prepared>(`/tickets/${ticket}/macros/${name}`));
    } catch (e) {
      say(sentenceOf(e));
    }
  };
  return (
    <Menu opened={open} onChange={(o) => { setOpen(o); setText(""); }} position="top-start" width={280} trapFocus={false}>
      <Menu.Target><Btn small kind="quiet" tip="Macros" icon={<IconBolt {...icon} />} /></Menu.Target>
      <Menu.Dropdown>
        <input className="menufind" autoFocus value={text} placeholder="Find a macro" aria-label="Find a macro" onChange={(e) => setText(e.target.value)}
          onKeyDown={(e) => { if (e.key === "Enter" && found[0]) { e.preventDefault(); setOpen(false); void pick(found[0].name); } }} />
        <div style={{ maxHeight: 260, overflowY: "auto" }}>
          {text ? found.map((m) => <Menu.Item key={m.name} onClick={() => void pick(m.name)}>{m.title.replaceAll("::", " › ")}{m.internal && <span className="m3 t12"> note</span>}</Menu.Item>)
            : <Nested items={found} title={(m) => m.title} row={(m, label) => <Menu.Item key={m.name} onClick={() => void pick(m.name)}>{label}{m.internal && <span className="m3 t12"> note</span>}</Menu.Item>} />}
        </div>
        {macros.isPending && open && <p className="m3 t12 menunote">Loading</p>}
        {macros.isError && <p className="danger t12 menunote">{sentenceOf(macros.error)}</p>}
        {macros.data && found.length === 0 && <p className="m3 t12 menunote">{macros.data.length ? "Nothing matches" : "No macro is offered on this ticket. Add one under Configuration."}</p>}
      </Menu.Dropdown>
    </Menu>
  );
}

/** What a chosen macro changes besides the text, with a way to leave it out. */
export function MacroChip({ macro, drop }: { macro: Prepared; drop: () => void }) {
  return (
    <p className="macro t12">
      <IconBolt {...icon} className="m3" />
      <span className="grow"><b className="b6">{macro.title}</b>{macro.changes.length > 0 && <> sets {macro.changes.map(said).join(", ")}</>}</span>
      <Btn small kind="quiet" tip="Leave the changes out" icon={<IconX {...icon} />} onClick={drop} />
    </p>
  );
}

const said = (c: FieldChange) => (c.new === "" || c.new === null ? `no ${c.field}` : `${c.field} ${String(c.new)}`);
