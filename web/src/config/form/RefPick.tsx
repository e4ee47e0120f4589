/** Picks another blueprint by its title, with the way to it. */
import { MultiSelect, Select } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useForm } from "./state";

interface Props {
  of: string; name: string; label?: ReactNode; description?: ReactNode; error?: string; readOnly?: boolean; required?: boolean; inputWrapperOrder?: ("label" | "input" | "description" | "error")[];
  value?: string; onChange?: (v: string) => void; many?: string[]; onMany?: (v: string[]) => void; small?: boolean;
}
export function RefPick({ of, name, value, onChange, many, onMany, required, small, ...shared }: Props) {
  const { blueprints } = useForm();
  const known = blueprints.filter((b) => b.kind === of);
  const chosen = many ?? (value ? [value] : []);
  const data = [...known.map((b) => ({ value: b.name, label: b.title || b.name })), ...chosen.filter((n) => !known.some((b) => b.name === n)).map((n) => ({ value: n, label: `${n} (not there)` }))];
  const common = { ...shared, "aria-label": shared.label ? undefined : name, data, searchable: true, nothingFoundMessage: known.length ? "None has this name" : `There is no ${of.replaceAll("_", " ")} yet` };
  if (many) return <MultiSelect {...common} value={many} onChange={onMany} hidePickedOptions placeholder={many.length ? undefined : "None chosen"} />;
  const opens = !small && known.some((b) => b.name === value);
  return (
    <div className="refpick">
      <Select {...common} size={small ? "xs" : undefined} value={value || null} onChange={(v) => onChange?.(v ?? "")} clearable={!required} placeholder={required ? "Choose one" : "Not set"} style={{ flex: 1, maxWidth: 360 }} />
      {opens && <Link className="btn icon" to={`/configuration/${of}/${value}` as "/tickets"} target="_blank" aria-label={`Open ${known.find((b) => b.name === value)!.title} in a new tab`}><IconExternalLink size={16} stroke={1.75} aria-hidden /></Link>}
    </div>
  );
}
