/** A length of time as people type it: "30 min", "4 h", "1 h 30 min". Checked when left. */
import { TextInput } from "@mantine/core";
import { useEffect, useState, type ReactNode } from "react";
import { durationText, durationWords, minutesOf, readDuration } from "./schema";

interface Props { value: unknown; onChange: (v: string | undefined) => void; label?: ReactNode; name: string; description?: ReactNode; error?: string; required?: boolean; readOnly?: boolean; width?: number }
export function Duration({ value, onChange, label, name, description, error, required, readOnly, width = 140 }: Props) {
  const minutes = minutesOf(value);
  const shown = minutes === null ? String(value ?? "") : durationWords(minutes);
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const unit = minutes !== null && minutes > 0 && minutes % 60 === 0 ? "h" : "min";
  useEffect(() => setWrong(false), [value]);
  const leave = () => {
    if (typed === null) return;
    const m = readDuration(typed, unit);
    if (typed.trim() === "" && !required) onChange(undefined);
    else if (m === null) return setWrong(true);
    else onChange(durationText(m));
    setTyped(null);
  };
  return (
    <TextInput label={label} aria-label={label ? undefined : name} description={description} inputWrapperOrder={["label", "input", "description", "error"]} value={typed ?? shown} readOnly={readOnly} placeholder="30 min, 4 h" styles={{ wrapper: { width, maxWidth: "100%" } }}
      error={wrong ? "Write hours and minutes: 30 min, 4 h, 1 h 30 min. For days, write their hours." : error}
      onChange={(e) => { const t = e.currentTarget.value; setTyped(t); const m = readDuration(t, unit); if (m !== null && /[a-z]\s*$/i.test(t)) onChange(durationText(m)); }}
      onBlur={leave} onKeyDown={(e) => { if (e.key === "Enter") { e.preventDefault(); leave(); } if (e.key === "Escape" && typed !== null) { e.stopPropagation(); setTyped(null); setWrong(false); } }} />
  );
}
