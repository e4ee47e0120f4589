/** Writing in Markdown itself: while the editor loads, where one prefers it, and for what the editor cannot show. */
import { Textarea } from "@mantine/core";
import { forwardRef, useImperativeHandle, useRef } from "react";
import { apply, insertAt, type Sel } from "./markdown";
import type { Field, FieldProps } from "./Writing";

export const Plain = forwardRef<Field, FieldProps>(function Plain(p, ref) {
  const area = useRef<HTMLTextAreaElement>(null);
  const newest = useRef(p);
  newest.current = p;
  const sel = (): Sel => ({ text: newest.current.text, start: area.current?.selectionStart ?? Infinity, end: area.current?.selectionEnd ?? Infinity });
  const put = (s: Sel) => {
    newest.current.onText(s.text);
    requestAnimationFrame(() => { area.current?.focus(); area.current?.setSelectionRange(s.start, s.end); });
  };
  const tell = () => newest.current.onCaret(area.current!.value.slice(0, area.current!.selectionStart));
  useImperativeHandle(ref, () => ({
    focus: () => area.current?.focus(),
    blur: () => area.current?.blur(),
    mark: (m) => put(apply(m, sel())),
    link: (href) => { if (href) { const s = sel(); put({ ...apply("link", s), text: apply("link", s).text.replace("](https://)", `](${href})`) }); } },
    href: () => null,
    insert: (text) => { const s = insertAt(sel(), text); put({ ...s, start: s.end }); return true; },
    name: (typed, name) => {
      const s = sel(), from = s.end - typed.length;
      put({ text: s.text.slice(0, from) + name + s.text.slice(s.end), start: from + name.length, end: from + name.length });
    },
  }));
  return (
    <Textarea
      ref={area} className="words" variant="unstyled" autosize minRows={p.rows ?? 2} maxRows={p.most ?? 12} dir="auto" value={p.text} aria-label={p.label} placeholder={p.placeholder} data-writing=""
      onChange={(e) => { p.onText(e.target.value); tell(); }} onSelect={tell} onBlur={() => p.onCaret(null)}
      {...(p.list ? { role: "combobox", "aria-autocomplete": "list" as const, "aria-expanded": true, "aria-controls": p.list.id, "aria-activedescendant": p.list.marked ?? undefined } : {})}
      onPaste={(e) => { const f = [...e.clipboardData.files]; if (f.length && !e.clipboardData.types.includes("text/html")) { e.preventDefault(); p.onFiles(f); } }}
      onKeyDown={(e) => {
        if (p.onKey(e.nativeEvent)) { e.preventDefault(); e.stopPropagation(); }
        else if ((e.ctrlKey || e.metaKey) && (e.key === "b" || e.key === "i")) { e.preventDefault(); put(apply(e.key === "b" ? "bold" : "italic", sel())); }
      }}
    />
  );
});
