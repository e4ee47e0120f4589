/** Saved replies: find one, read beside the list what it says and changes here, take it, send it like anything else. */
import { Menu } from "@mantine/core";
import { IconBolt, IconX } from "@tabler/icons-react";
import { useDebouncedValue } from "@mantine/hooks";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { sentenceOf } from "@/api/error";
import { macrosQuery } from "@/api/query";
import type { FieldChange, ID, Prepared } from "@/api/types";
import { partsOf } from "@/lib/nested";
import { listOf, plural } from "@/lib/words";
import { rank } from "@/frame/rank";
import { Html } from "@/timeline/Html";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Skel } from "@/ui/State";

const icon = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
/** What a saved reply would do on a ticket. */
export const preparedQuery = (ticket: ID, name: string) => queryOptions({ queryKey: ["prepared", ticket, name], queryFn: () => api.get<Prepared>(`/tickets/${ticket}/macros/${name}`), staleTime: 10_000 });

export function MacroMenu({ ticket, onPick }: { ticket: ID; onPick: (m: Prepared) => void }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [at, setAt] = useState<string | null>(null);
  const macros = useQuery({ ...macrosQuery(ticket), enabled: open });
  const found = rank(macros.data ?? [], text, (m) => m.title).slice(0, 100);
  const shown = found.find((m) => m.name === at) ?? found[0];
  const [look] = useDebouncedValue(open ? shown?.name : undefined, 80);
  const preview = useQuery({ ...preparedQuery(ticket, look ?? ""), enabled: !!look });
  const pick = async (name: string) => {
    setOpen(false);
    try {
      onPick(await api.get<Prepared>(`/tickets/${ticket}/macros/${name}`));
    } catch (e) {
      say(sentenceOf(e));
    }
  };
  const step = (by: number) => { const i = found.indexOf(shown!); const next = found[(i + by + found.length) % found.length]; if (next) { setAt(next.name); document.getElementById(`macro-${next.name}`)?.scrollIntoView({ block: "nearest" }); } };
  return (
    <Menu opened={open} onChange={(o) => { setOpen(o); setText(""); setAt(null); }} position="top-start" width={560} trapFocus={false} closeOnItemClick={false} loop={false}>
      <Menu.Target><Btn small kind="quiet" tip="Saved replies" icon={<IconBolt {...icon} />} /></Menu.Target>
      <Menu.Dropdown className="macros">
        <input className="menufind" autoFocus value={text} placeholder="Find a saved reply" aria-label="Find a saved reply" role="combobox" aria-expanded aria-controls="macro-list" aria-activedescendant={shown ? `macro-${shown.name}` : undefined}
          onChange={(e) => { setText(e.target.value); setAt(null); }}
          onKeyDown={(e) => {
            if (e.key === "Enter" && shown) { e.preventDefault(); void pick(shown.name); }
            if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); e.stopPropagation(); step(e.key === "ArrowDown" ? 1 : -1); }
          }} />
        <div className="macropanes">
          <ul id="macro-list" role="listbox" aria-label="Saved replies">
            {found.map((m) => (
              <li key={m.name} id={`macro-${m.name}`} role="option" aria-selected={m === shown} onMouseMove={() => setAt(m.name)} onMouseDown={(e) => e.preventDefault()} onClick={() => void pick(m.name)}>
                {m.title.includes("::") && <span className="m3 t12">{partsOf(m.title).slice(0, -1).join(" › ")}</span>}
                <span dir="auto">{partsOf(m.title).pop()}{m.internal && <span className="m3 t12"> note</span>}</span>
              </li>
            ))}
            {macros.isPending && open && <li role="presentation" className="m3 t12">Loading</li>}
            {macros.data && found.length === 0 && <li role="presentation" className="m3 t12">{macros.data.length ? "Nothing matches" : "None is offered on this ticket. Add a macro under Configuration."}</li>}
          </ul>
          {shown && (
            <div className="macrolook" aria-live="polite">
              {preview.isError ? <p className="danger t12">{sentenceOf(preview.error)}</p> : !preview.data || preview.data.name !== shown.name ? <><Skel w="80%" /><Skel w="60%" style={{ marginTop: 8 }} /></> : <Look macro={preview.data} />}
            </div>
          )}
        </div>
        {macros.isError && <p className="danger t12 menunote">{sentenceOf(macros.error)}</p>}
      </Menu.Dropdown>
    </Menu>
  );
}

function Look({ macro: m }: { macro: Prepared }) {
  const show = useQuery({ queryKey: ["markdown"], queryFn: async () => (await import("./rich/markdown")).show, staleTime: Infinity, enabled: m.has_text });
  return (
    <>
      <p className="t12 m3">{m.has_text ? (m.internal ? "An internal note:" : "A reply:") : m.side ? "Nothing is written to the requester." : "Nothing is written."}</p>
      {m.has_text && (show.data ? <Html html={show.data(m.text)} remote={false} /> : <p className="macrotext" dir="auto">{m.text}</p>)}
      {m.side && <p className="t12"><span className="m3">Prepares a side conversation with </span>{listOf([...m.side.people.map((p) => p.name), ...m.side.teams.map((t) => t.title)]) || "nobody yet"}</p>}
      {m.changes.length > 0 && <p className="t12"><span className="m3">Sets </span>{m.changes.map(said).join(", ")}</p>}
      {m.starts.length > 0 && <p className="t12"><span className="m3">Starts </span>{plural(m.starts.length, "playbook")}: {m.starts.join(", ")}</p>}
      {m.does.length > 0 && <p className="t12"><span className="m3">Besides: </span>{m.does.join(", ")}</p>}
      {m.missing.length > 0 && <p className="t12 attention">Fill before: {m.missing.map((f) => f.title).join(", ")}</p>}
    </>
  );
}

/** What a chosen macro changes besides the text, with a way to leave it out. */
export function MacroChip({ macro, drop }: { macro: Prepared; drop: () => void }) {
  return (
    <p className="macro t12">
      <IconBolt {...icon} className="m3" />
      <span className="grow"><b className="b6">{macro.title}</b>{macro.changes.length > 0 && <> sets {macro.changes.map(said).join(", ")}</>}{macro.starts.length > 0 && <>{macro.changes.length > 0 && ","} starts the playbook {listOf(macro.starts)}</>}{macro.does.length > 0 && <span className="m2">. {macro.does.join(", ")}</span>}{macro.missing.length > 0 && <span className="attention">. Fill before: {macro.missing.map((f) => f.title).join(", ")}</span>}</span>
      <Btn small kind="quiet" tip="Leave all of that out" icon={<IconX {...icon} />} onClick={drop} />
    </p>
  );
}

const said = (c: FieldChange) => (c.new === "" || c.new === null ? `no ${c.field}` : `${c.field} ${String(c.new)}`);
