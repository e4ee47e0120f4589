/** A button: a verb, its key in the tooltip. Pass `to` elsewhere for links; this one acts. */
import { forwardRef, type ButtonHTMLAttributes, type ReactNode } from "react";
import { Keys } from "./Keys";
import { Tip } from "./Tip";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: "plain" | "pri" | "quiet" | "bad";
  small?: boolean;
  icon?: ReactNode;
  /** Name for icon-only buttons, and the tooltip's words. */
  tip?: string;
  keys?: string;
  busy?: boolean;
}

export const Btn = forwardRef<HTMLButtonElement, Props>(function Btn(
  { kind = "plain", small, icon, tip, keys, busy, className, children, onClick, ...rest }, ref,
) {
  const cls = ["btn", kind !== "plain" && kind, small && "sm", !children && "icon", className].filter(Boolean).join(" ");
  const button = (
    <button
      ref={ref} type="button" {...rest} className={cls} aria-label={rest["aria-label"] ?? (children ? undefined : tip)} aria-busy={busy || undefined}
      aria-disabled={busy || undefined} onClick={busy ? (e) => e.preventDefault() : onClick}
    >
      {icon}
      {children}
    </button>
  );
  if (!tip && !keys) return button;
  // What it opened may lie where its name would.
  return <Tip disabled={String(rest["aria-expanded"]) === "true"} label={<>{tip ?? children}{keys && <Keys of={keys} />}</>}>{button}</Tip>;
});
