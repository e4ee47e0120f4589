/** Short messages at the corner: what happened, with Undo when there is one; what failed, and what to do. */
import { useSyncExternalStore, type ComponentType } from "react";
import { sentenceOf } from "@/api/error";
import { soon } from "@/lib/idle";
import { Btn } from "./Btn";
import { WhyNot } from "./Wrong";

type Undo = () => void | Promise<unknown>;
let last: { id: string; undo: Undo } | null = null;
let serial = 0;

const load = () => import("./Toasts");
soon(load);
let Toasts: ComponentType | null = null;
const subs = new Set<() => void>();
const show = async (message: Parameters<Awaited<ReturnType<typeof load>>["show"]>[0]) => {
  const m = await load();
  Toasts = m.Toasts;
  subs.forEach((f) => f());
  m.show(message);
};
const hide = async (id: string) => (await load()).hide(id);

/** The corner where they appear, from the first one on. What readers are told of is there from the beginning, or they would miss the first. */
export function Messages() {
  const Corner = useSyncExternalStore((f) => (subs.add(f), () => subs.delete(f)), () => Toasts);
  return <div role="status">{Corner && <Corner />}</div>;
}

export function say(text: string, undo?: Undo): void {
  const id = `say-${++serial}`;
  const run = () => {
    void hide(id);
    if (last?.id === id) last = null;
    void undo?.();
  };
  if (undo) last = { id, undo: run };
  void show({
    id, autoClose: undo ? 10_000 : 4000, withBorder: false, closeButtonProps: { "aria-label": "Close" },
    // Once the offer is gone, z must not reach back to it.
    onClose: () => { if (last?.id === id) last = null; },
    message: <span className="row" style={{ gap: 12 }}><span className="grow">{text}</span>{undo && <Btn small keys="z" tip="Undo" onClick={run}>Undo</Btn>}</span>,
  });
}

export function fail(what: string, error: unknown, again?: () => void): void {
  const id = `fail-${++serial}`;
  void show({
    id, autoClose: 12_000, role: "alert", closeButtonProps: { "aria-label": "Close" }, title: what,
    message: (
      <span className="col" style={{ gap: 8, alignItems: "flex-start" }}>
        <span>{sentenceOf(error)}</span>
        <span className="row">{again && <Btn small onClick={() => { void hide(id); again(); }}>Try again</Btn>}<WhyNot error={error} before={() => void hide(id)} /></span>
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
