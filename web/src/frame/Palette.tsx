/** Ctrl K: every command that works here, every place, any ticket by its number, any record by its words. */
import { FocusTrap } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { sentenceOf } from "@/api/error";
import { completionsQuery, searchQuery } from "@/api/query";
import type { SearchPart } from "@/api/types";
import { sections, useAllCommands } from "@/app/commands";
import { phrase } from "@/language/phrase";
import { helpPath, helpQuery } from "@/help/query";
import { complete, lastWord } from "@/search/complete";
import { Parts } from "@/search/Parts";
import { Keys } from "@/ui/Keys";
import { typed } from "./panels";
import { rank } from "./rank";

interface Option { id: string; title: string; parts?: SearchPart[]; note?: string; snippet?: SearchPart[]; section: string; keys?: string; run: () => void; /** Goes on writing instead of going somewhere. */ stays?: boolean }

export function Palette({ close }: { close: () => void }) {
  const commands = useAllCommands();
  const go = useNavigate();
  const [text, setText] = useState(typed.text);
  const [at, setAt] = useState(0);
  const [debounced] = useDebouncedValue(text.trim(), 200);
  const asks = debounced.length > 1 && !/^#?\d+$/.test(debounced);
  const found = useQuery({ ...searchQuery(debounced), enabled: asks, placeholderData: keepPreviousData });
  const word = lastWord(text);
  // What is asked of the records with filters is not asked of the help.
  const help = useQuery({ ...helpQuery(debounced, 4), enabled: asks && !debounced.includes(":"), placeholderData: keepPreviousData });
  const filters = useQuery({ ...completionsQuery(debounced), enabled: asks && word !== "" });
  const list = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);

  const options = useMemo<Option[]>(() => {
    const out: Option[] = [];
    const ticket = /^#?(\d+)$/.exec(text.trim());
    if (ticket) out.push({ id: "ticket", title: `Open ticket ${ticket[1]}`, section: phrase("Tickets"), run: () => go({ to: `/tickets/${ticket[1]}` as never }) });
    const known = new Map(commands.filter((c) => !c.hidden).map((c) => [c.id, c]));
    const order = Object.keys(sections);
    const here = rank([...known.values()], text, (c) => `${c.title} ${sections[c.section]}`).sort((a, b) => order.indexOf(a.section) - order.indexOf(b.section));
    out.push(...here.map((c) => ({ id: c.id, title: c.title, section: c.section === "ticket" ? phrase("This ticket") : sections[c.section], keys: c.keys.split(", ")[0], run: c.run })));
    for (const g of (asks && found.data?.groups) || [])
      for (const h of g.items)
        out.push({ id: `${g.kind}${h.id}`, title: h.title, parts: h.title_parts, note: h.detail, snippet: h.snippet, section: phrase(`${g.title} found (${g.count.capped ? "1,000+" : g.count.count})`), run: () => go({ to: h.path as never }) });
    if (asks && (found.data?.groups.length ?? 0) > 0) out.push({ id: "all", title: "All results", note: "on a page, with filters", section: phrase("Search"), run: () => go({ to: "/search" as never, search: { q: debounced } as never }) });
    for (const s of (asks && !debounced.includes(":") && help.data) || [])
      out.push({ id: `help:${s.page}#${s.anchor}`, title: s.title, note: s.of === s.title ? undefined : s.of, snippet: s.snippet, section: phrase("Help"), run: () => { const { to, hash } = helpPath(s); void go({ to: to as never, hash }); } });
    // A value being typed is completed first; the name of a filter may be meant as a word, so it comes last.
    const offered = asks && debounced === text.trim() && word !== "" ? (filters.data ?? []).filter((c) => c.text !== word).slice(0, 6) : [];
    const completions = offered.map<Option>((c) => ({ id: `c:${c.text}`, title: c.text, note: c.doc, section: phrase("Complete", "what is typed"), stays: true, run: () => setText(complete(text, c.text)) }));
    return word.includes(":") ? [...completions, ...out] : [...out, ...completions];
  }, [commands, text, asks, found.data, help.data, filters.data, debounced, word, go]);
  const wrong = asks && found.error ? sentenceOf(found.error) : "";
  useEffect(() => setAt(0), [text]);
  useEffect(() => { list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }); }, [at]);

  const pick = (o: Option | undefined) => {
    if (!o) return;
    if (o.stays) return o.run();
    close();
    setTimeout(o.run);
  };
  // What was typed up to this moment, which may be more than when this was first drawn.
  useLayoutEffect(() => setText(typed.text), []);
  useEffect(() => {
    if (text !== typed.text) return;
    input.current?.setSelectionRange(text.length, text.length);
    if (typed.entered) { typed.entered = false; pick(options[0]); }
    // Once, when what was typed stands here.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [text === typed.text]);
  return (
    <FocusTrap active>
      <div className="float-back" onMouseDown={(e) => e.target === e.currentTarget && close()}>
        <div className="float" role="dialog" aria-modal="true" aria-label="Search and commands">
          <input
            ref={input} data-autofocus autoFocus value={text} onChange={(e) => setText(e.target.value)} placeholder="Type a command, a ticket number, words or status:open" role="combobox"
            aria-expanded={options.length > 0} aria-controls="palette-list" aria-activedescendant={options[at] ? `opt-${options[at].id}` : undefined} aria-label="Command, ticket number or words"
            onKeyDown={(e) => {
              if (e.key === "ArrowDown") { e.preventDefault(); setAt(Math.min(options.length - 1, at + 1)); }
              else if (e.key === "ArrowUp") { e.preventDefault(); setAt(Math.max(0, at - 1)); }
              else if (e.key === "Enter") { e.preventDefault(); pick(options[at]); }
              else if (e.key === "Tab" && options.some((o) => o.stays)) { e.preventDefault(); pick(options[at]?.stays ? options[at] : options.find((o) => o.stays)); }
              else if (e.key === "Escape") { e.preventDefault(); close(); }
            }}
          />
          <div className="scroll palette" id="palette-list" role={options.length ? "listbox" : undefined} ref={list} aria-label={options.length ? "Results" : undefined}>
            {options.map((o, i) => (
              <div key={o.id} role="presentation">
                {(i === 0 || options[i - 1].section !== o.section) && <p className="sec" role="presentation">{o.section}</p>}
                <div id={`opt-${o.id}`} role="option" aria-selected={i === at} className="opt" onMouseMove={() => setAt(i)} onClick={() => pick(o)}>
                  <span className="grow cut">{o.parts ? <Parts of={o.parts} /> : o.title} {o.note && <span className="m3">{o.note}</span>}{o.snippet && o.snippet.length > 0 && <span className="sub cut" style={{ display: "block" }}><Parts of={o.snippet} /></span>}</span>{o.keys && <Keys of={o.keys} />}
                </div>
              </div>
            ))}
          </div>
          <div className="palette">
            {[options.some((o) => o.stays) ? "" : wrong, ...((asks && found.data?.hints) || [])].filter(Boolean).map((x) => <p key={x} className="m2" role="status" style={{ padding: "8px 12px" }}>{x}</p>)}
            {options.length === 0 && !wrong && <p className="m2" style={{ padding: "20px 12px" }}>Nothing matches. Type a ticket number to open it, or words that are in it.</p>}
          </div>
        </div>
      </div>
    </FocusTrap>
  );
}
