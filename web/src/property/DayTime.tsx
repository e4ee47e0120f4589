/** A day and time as a property: the browser's own picker, in the reader's time zone; stored when left or with Enter, Esc restores. */
import { useEffect, useState } from "react";

interface Props { label: string; value: string | null; disabled?: boolean; onSave: (value: string | null) => void }

export function DayTime({ label, value, disabled, onSave }: Props) {
  const [text, setText] = useState(localInput(value));
  useEffect(() => setText(localInput(value)), [value]);
  const save = () => {
    const now = text ? new Date(text).toISOString() : null;
    if (localInput(now) !== localInput(value)) onSave(now);
  };
  return (
    <input className="daytime" type="datetime-local" aria-label={label} value={text} disabled={disabled} onChange={(e) => setText(e.currentTarget.value)} onBlur={save}
      onKeyDown={(e) => { if (e.key === "Enter") e.currentTarget.blur(); if (e.key === "Escape") { e.stopPropagation(); setText(localInput(value)); } }} />
  );
}

/** A time as the picker writes it: local, to the minute. */
export function localInput(at: string | null): string {
  if (!at) return "";
  const d = new Date(at);
  return new Date(d.getTime() - d.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
