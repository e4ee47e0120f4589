/** One of a few, all in sight: a radio group in one frame, the chosen one raised. Arrows move, as in any radio group. */
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
    <div ref={box} role="radiogroup" aria-label={label} className="choice" onKeyDown={move}>
      {options.map(([v, word]) => <button key={v} type="button" role="radio" aria-checked={v === value} tabIndex={v === value ? 0 : -1} onClick={() => onChange(v)}>{word}</button>)}
    </div>
  );
}
