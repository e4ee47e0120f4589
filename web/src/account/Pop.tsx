/** A small form that opens from a button, beside what it is about. Escape closes it, Ctrl Enter sends it. */
import { Popover } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { Btn } from "@/ui/Btn";

interface Props { word: string; icon?: ReactNode; verb: string; ready: boolean; busy: boolean; send: () => Promise<unknown>; width?: number; children: ReactNode; keys?: string; opened?: () => void; quiet?: boolean }

export function Pop({ word, icon, verb, ready, busy, send, width = 320, children, opened, quiet }: Props) {
  const [open, set] = useState(false);
  const go = () => { if (ready && !busy) void send().then(() => set(false), () => undefined); };
  return (
    <Popover opened={open} onChange={set} position="bottom-end" width={width} trapFocus returnFocus withinPortal shadow="md">
      <Popover.Target><Btn small kind={quiet ? "quiet" : undefined} icon={icon} aria-expanded={open} onClick={() => { if (!open) opened?.(); set(!open); }}>{word}</Btn></Popover.Target>
      <Popover.Dropdown style={{ maxWidth: "calc(100vw - 24px)" }}>
        <form className="pop-form" aria-label={word} onSubmit={(e) => { e.preventDefault(); go(); }} onKeyDown={(e) => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); go(); } }}>
          {children}
          <div className="row" style={{ gap: 8 }}><Btn kind="pri" small type="submit" busy={busy} disabled={!ready}>{verb}</Btn><Btn kind="quiet" small onClick={() => set(false)}>Cancel</Btn></div>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
