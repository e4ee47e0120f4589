/** Ctrl K: every command that works here, every place, any ticket by its number, any record by its words. */
import { FocusTrap } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { sentenceOf } from "@/api/error";
import { searchQuery } from "@/api/query";
import type { SearchPart } from "@/api/types";
import { useAllCommands } from "@/app/commands";
import { Keys } from "@/ui/Keys";
import { rank } from "./rank";

interface Option { id: string; title: string; parts?: SearchPart[]; note?: string; snippet?: SearchPart[]; section: string; keys?: string; run: () => void }

/** Plain text with what was looked for marked. */
const Parts = ({ of }: { of: SearchPart[] }) => <>{of.map((p, i) => (p.hit ? <mark key={i}>{p.text}</mark> : <span key={i}>{p.text}</span>))}</>;

export function Palette({ close }: { close: () => void }) {
  const commands = useAllCommands();
  const go = useNavigate();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [debounced] = useDebouncedValue(text.trim(), 200);
  const asks = debounced.length > 1 && !/^#?\d+$/.test(debounced);
  const found = useQuery({ ...searchQuery(debounced), enabled: asks, placeholderData: keepPreviousData });
  const list = useRef<HTMLDivElement>(null);

  const options = useMemo<Option[]>(() => {
    const out: Option[] = [];
    const ticket = /^#?(\d+)$/.exec(text.trim());
    if (ticket) out.push({ id: "ticket", title: `Open ticket ${ticket[1]}`, section: "Tickets", run: () => go({ to: `/tickets/${ticket[1]}` as never }) });
    const known = new Map(commands.filter((c) => !c.hidden).map((c) => [c.id, c]));
    out.push(...rank([...known.values()], text, (c) => `${c.title} ${c.section}`).map((c) => ({ id: c.id, title: c.title, section: c.section, keys: c.keys.split(", ")[0], run: c.run })));
    const order = ["Tickets", "Ticket", "Writing", "List", "Configuration", "Everywhere", "Go to"];
    out.sort((a, b) => order.indexOf(a.section) - order.indexOf(b.section));
    for (const g of (asks && found.data?.groups) || [])
      for (const h of g.items)
        out.push({ id: `${g.kind}${h.id}`, title: h.title, parts: h.title_parts, note: h.detail, snippet: h.snippet, section: `${g.title} found (${g.count.capped ? "1,000+" : g.count.count})`, run: () => go({ to: h.path as never }) });
    return out;
  }, [commands, text, asks, found.data, go]);
  const wrong = asks && found.error ? sentenceOf(found.error) : "";
  useEffect(() => setAt(0), [text]);
  useEffect(() => { list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }); }, [at]);

  const pick = (o: Option | undefined) => {
    if (!o) return;
    close();
    setTimeout(o.run);
  };
  return (
    <FocusTrap active>
      <div className="float-back" onMouseDown={(e) => e.target === e.currentTarget && close()}>
        <div className="float" role="dialog" aria-modal="true" aria-label="Search and commands">
          <input
            data-autofocus autoFocus value={text} onChange={(e) => setText(e.target.value)} placeholder="Type a command, a ticket number, words or status:open" role="combobox"
            aria-expanded="true" aria-controls="palette-list" aria-activedescendant={options[at] ? `opt-${options[at].id}` : undefined} aria-label="Command, ticket number or words"
            onKeyDown={(e) => {
              if (e.key === "ArrowDown") { e.preventDefault(); setAt(Math.min(options.length - 1, at + 1)); }
              else if (e.key === "ArrowUp") { e.preventDefault(); setAt(Math.max(0, at - 1)); }
              else if (e.key === "Enter") { e.preventDefault(); pick(options[at]); }
              else if (e.key === "Escape") { e.preventDefault(); close(); }
            }}
          />
          <div className="scroll palette" id="palette-list" role="listbox" ref={list} aria-label="Results">
            {options.map((o, i) => (
              <div key={o.id} role="presentation">
                {(i === 0 || options[i - 1].section !== o.section) && <p className="sec" role="presentation">{o.section === "Ticket" ? "This ticket" : o.section}</p>}
                <div id={`opt-${o.id}`} role="option" aria-selected={i === at} className="opt" onMouseMove={() => setAt(i)} onClick={() => pick(o)}>
                  <span className="grow cut">{o.parts ? <Parts of={o.parts} /> : o.title} {o.note && <span className="m3">{o.note}</span>}{o.snippet && o.snippet.length > 0 && <span className="sub cut" style={{ display: "block" }}><Parts of={o.snippet} /></span>}</span>{o.keys && <Keys of={o.keys} />}
                </div>
              </div>
            ))}
            {[wrong, ...((asks && found.data?.hints) || [])].filter(Boolean).map((x) => <p key={x} className="m2" role="status" style={{ padding: "8px 12px" }}>{x}</p>)}
            {options.length === 0 && !wrong && <p className="m2" style={{ padding: "20px 12px" }}>Nothing matches. Type a ticket number to open it, or words that are in it.</p>}
          </div>
        </div>
      </div>
    </FocusTrap>
  );
}
