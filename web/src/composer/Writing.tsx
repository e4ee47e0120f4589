/** Where a message is written: as it will look, or in Markdown; colleagues are named with an @ where that is wanted. */
import { forwardRef, lazy, Suspense, useEffect, useImperativeHandle, useRef, useState, type ComponentType, type RefAttributes } from "react";
import { soon } from "@/lib/idle";
import { useStored } from "@/lib/store";
import type { Mark } from "./markdown";
import { naming } from "./mention";
import type { MentionKeys } from "./Mentions";
import { Plain } from "./Plain";

const Mentions = lazy(() => import("./Mentions").then((m) => ({ default: m.Mentions })));

/** One of the two ways of writing. */
export interface Field {
  focus: () => void;
  blur: () => void;
  mark: (m: Mark) => void;
  /** Makes what is chosen a link, or no link. */ link: (href: string | null) => void;
  /** The address at the caret. */ href: () => string | null;
  /** Puts Markdown as paragraphs of their own where the caret is; false where this way of writing cannot show it. */ insert: (text: string) => boolean;
  /** Puts a name in place of what was typed before the caret. */ name: (typed: string, name: string) => void;
}
export interface FieldProps {
  text: string; label: string; placeholder: string; rows?: number; most?: number;
  onText: (text: string) => void; onFiles: (files: File[]) => void;
  /** What stands before the caret; null without one. */ onCaret: (before: string | null) => void;
  /** Which marks hold at the caret. */ onMarks: (marks: string) => void;
  /** Whether the key was taken. */ onKey: (e: KeyboardEvent) => boolean;
  /** A list of names that is open. */ list: { id: string; marked: string | null } | null;
}
interface Props extends Omit<FieldProps, "onCaret" | "onKey" | "list"> { /** Whether an @ offers colleagues. */ names: boolean; onSend?: () => void; /** Tells in which way one writes. */ onWay: (rich: boolean) => void }

type RichField = ComponentType<FieldProps & { focused: boolean } & RefAttributes<Field>>;
type Way = { Rich: RichField; fits: (text: string) => boolean };
let way: Way | null = null;
const load = async (): Promise<Way> => {
  const [rich, fit] = await Promise.all([import("./rich/Rich"), import("./rich/fit")]);
  return (way = { Rich: rich.default as RichField, fits: fit.fits });
};
soon(load);

export const Writing = forwardRef<Field, Props>(function Writing({ names, onSend, onWay, ...field }, ref) {
  const [wanted] = useStored("writing", "rich");
  const [ready, setReady] = useState(way);
  const inner = useRef<Field>(null);
  const keys = useRef<MentionKeys>(null);
  const focused = useRef(false);
  const [before, setBefore] = useState<string | null>(null);
  const [shut, setShut] = useState<string | null>(null);
  const [marked, setMarked] = useState<string | null>(null);
  // The editor is large, so it comes when somebody is about to write, or there is something to show. Not reached: Markdown works without it.
  const [near, setNear] = useState(false);
  const asked = near || field.text !== "";
  useEffect(() => { if (!ready && wanted === "rich" && asked) load().then(setReady, () => {}); }, [ready, wanted, asked]);
  // Text that does not fit is written as Markdown until it is gone. What is typed here needs no look.
  const [odd, setOdd] = useState(false);
  const known = useRef<string | null>(null);
  useEffect(() => {
    if (!ready || field.text === known.current) return;
    known.current = field.text;
    setOdd(field.text !== "" && !ready.fits(field.text));
  }, [ready, field.text]);
  // Markdown has no space at the end: the editor does not take the field's place between two words that are being typed.
  const [begun, setBegun] = useState(false);
  const between = !begun && focused.current && /\s$/.test(field.text);
  const rich = wanted === "rich" && !!ready && !odd && !between;
  useEffect(() => { if (rich) setBegun(true); }, [rich]);
  useEffect(() => { if (focused.current && !rich) inner.current?.focus(); }, [rich]);
  useEffect(() => onWay(rich), [rich, onWay]);
  useImperativeHandle(ref, () => ({
    focus: () => inner.current?.focus(), blur: () => inner.current?.blur(), mark: (m) => inner.current?.mark(m), link: (h) => inner.current?.link(h), href: () => inner.current?.href() ?? null,
    insert: (t) => inner.current?.insert(t) ?? false, name: (a, b) => inner.current?.name(a, b),
  }));
  const typed = names && before !== null ? naming(before, before.length) : null;
  const asking = typed && before!.slice(0, typed.from + 1) !== shut ? typed : null;
  const shown: FieldProps = {
    ...field,
    onText: (t) => { if (ready) known.current = t; if (t === "") setOdd(false); field.onText(t); },
    onCaret: (b) => { setBefore(b); if (b === null) setShut(null); },
    list: asking ? { id: "mention-names", marked } : null,
    onKey: (e) => {
      if (asking && !e.ctrlKey && !e.metaKey && !e.isComposing && keys.current?.key(e.key)) { e.preventDefault(); e.stopPropagation(); return true; }
      if ((e.ctrlKey || e.metaKey) && e.key === "Enter" && onSend) { onSend(); return true; }
      if (e.key === "Escape") { e.stopPropagation(); inner.current?.blur(); return true; }
      return false;
    },
  };
  const Rich = ready?.Rich;
  return (
    <div onPointerEnter={() => setNear(true)} onFocusCapture={() => { focused.current = true; setNear(true); }} onBlurCapture={() => { focused.current = false; }}>
      {rich && Rich ? <Rich ref={inner} {...shown} focused={focused.current} /> : <Plain ref={inner} {...shown} />}
      {odd && wanted === "rich" && <p className="t12 m3 oddly" role="status">Shown as Markdown, because it has a table or a picture.</p>}
      {asking && <Suspense><Mentions ref={keys} id="mention-names" word={asking.word} onPick={(handle) => inner.current?.name(`@${asking.word}`, `@${handle} `)} onShut={() => setShut(before!.slice(0, asking.from + 1))} onMark={setMarked} /></Suspense>}
    </div>
  );
});
