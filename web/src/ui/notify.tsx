/** Short messages at the corner: what happened, with Undo when there is one; what failed, and what to do. */
import { notifications } from "@mantine/notifications";
import { sentenceOf } from "@/api/error";
import { Btn } from "./Btn";
import { WhyNot } from "./Wrong";

type Undo = () => void | Promise<unknown>;
let last: { id: string; undo: Undo } | null = null;
let serial = 0;

export function say(text: string, undo?: Undo): void {
  const id = `say-${++serial}`;
  const run = () => {
    notifications.hide(id);
    if (last?.id === id) last = null;
    void undo?.();
  };
  if (undo) last = { id, undo: run };
  notifications.show({
    id, autoClose: undo ? 10_000 : 4000, withBorder: false, closeButtonProps: { "aria-label": "Close" },
    // Once the offer is gone, z must not reach back to it.
    onClose: () => { if (last?.id === id) last = null; },
    message: <span className="row" style={{ gap: 12 }}><span className="grow">{text}</span>{undo && <Btn small keys="z" tip="Undo" onClick={run}>Undo</Btn>}</span>,
  });
}

export function fail(what: string, error: unknown, again?: () => void): void {
  const id = `fail-${++serial}`;
  notifications.show({
    id, autoClose: 12_000, role: "alert", closeButtonProps: { "aria-label": "Close" }, title: what,
    message: (
      <span className="col" style={{ gap: 8, alignItems: "flex-start" }}>
        <span>{sentenceOf(error)}</span>
        <span className="row">{again && <Btn small onClick={() => { notifications.hide(id); again(); }}>Try again</Btn>}<WhyNot error={error} before={() => notifications.hide(id)} /></span>
      </span>
    ),
  });
}

/** Undoes the last thing that offered it. False when there is nothing. */
export function undoLast(): boolean {
  if (!last) return false;
  const l = last;
  last = null;
  void l.undo();
  return true;
}
