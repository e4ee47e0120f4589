/** One of a few, all in sight: a radio group that looks like a row of tags. Arrows move, as in any radio group. */
import { useRef, type KeyboardEvent } from "react";

interface Props<V extends string> { label: string; value: V; options: readonly (readonly [V, string])[]; onChange: (v: V) => void }
export function Choice<V extends string>({ label, value, options, onChange }: Props<V>) {
  const box = useRef<HTMLDivElement>(null);
  const move = (e: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
    if (!by) return;
    e.preventDefault();
    const i = (options.findIndex(([v]) => v === value) + by + options.length) % options.length;
    onChange(options[i][0]);
    (box.current?.children[i] as HTMLElement | undefined)?.focus();
  };
  return (
    <div ref={box} role="radiogroup" aria-label={label} className="row wrap choice" style={{ gap: 4 }} onKeyDown={move}>
      {options.map(([v, word]) => <button key={v} type="button" role="radio" aria-checked={v === value} tabIndex={v === value ? 0 : -1} className={`tag${v === value ? " accent" : ""}`} onClick={() => onChange(v)}>{word}</button>)}
    </div>
  );
}
