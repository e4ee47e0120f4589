/** Initials on a tint that belongs to the person wherever they appear. */
import { Tip } from "./Tip";

export function initials(name: string): string {
  const parts = name.trim().split(/\s+/).filter((p) => /\p{L}/u.test(p));
  const first = [...(parts[0] ?? name ?? "?")][0] ?? "?";
  const last = parts.length > 1 ? [...parts[parts.length - 1]][0] : "";
  return (first + last).toUpperCase();
}
export const hue = (id: number): string => `var(--c-${(Math.abs(id) % 8) + 1})`;

export function Avatar({ id, name, large, live, tip }: { id: number; name: string; large?: boolean; live?: boolean; tip?: string }) {
  const av = (
    <span className={`av${large ? " lg" : ""}${live ? " live" : ""}`} style={{ "--k": hue(id) } as React.CSSProperties} aria-hidden={tip ? undefined : true} aria-label={tip} role={tip ? "img" : undefined}>
      {initials(name)}
    </span>
  );
  return tip ? <Tip label={tip}>{av}</Tip> : av;
}
