/** The register of everything that can be done here and now: keys, palette and key map all read it. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { chordOf, isTyping, resolve } from "@/lib/keys";
import { panelIsOpen } from "@/frame/panels";
import { phrase } from "@/language/phrase";
import { read } from "@/lib/store";

/** Where commands belong, in the order of the palette, with the words for it. */
export const sections = {
  ticket: phrase("Ticket"), writing: phrase("Writing"), list: phrase("List", "of tickets"), configuration: phrase("Configuration"), everywhere: phrase("Everywhere"), go: phrase("Go to"),
};
export type Section = keyof typeof sections;

export interface Command {
  id: string;
  title: string;
  section: Section;
  /** "j, arrowdown" or "g d"; empty for palette only. */
  keys: string;
  run: () => void;
  /** Works while typing too (only sensible with a modifier or Esc). */
  typing?: boolean;
  /** Left out of the palette. */
  hidden?: boolean;
}

let layers: { token: object; commands: Command[] }[] = [];
let flat: Command[] = [];
const subs = new Set<() => void>();
const publish = () => {
  flat = layers.flatMap((l) => l.commands);
  subs.forEach((f) => f());
};

/** Offers commands while the component is mounted. Later layers win a contested key. */
export function useCommands(commands: Command[], on = true): void {
  const latest = useRef(commands);
  latest.current = commands;
  const shape = commands.map((c) => c.id + c.title + c.keys).join("|");
  useEffect(() => {
    if (!on) return;
    const token = {};
    const stable = latest.current.map((c) => ({ ...c, run: () => latest.current.find((x) => x.id === c.id)?.run() }));
    layers = [...layers, { token, commands: stable }];
    publish();
    return () => {
      layers = layers.filter((l) => l.token !== token);
      publish();
    };
  }, [shape, on]);
}

export function useAllCommands(): Command[] {
  return useSyncExternalStore((f) => (subs.add(f), () => subs.delete(f)), () => flat);
}

export const singlesOn = () => read("singles") !== "off";

let resting = false;
/** While nobody is signed in, the page behind has no keys. */
export const restKeys = (on: boolean) => { resting = on; };

let prefix: string | null = null;
let timer: ReturnType<typeof setTimeout>;
/** Listens to the whole page, once. */
export function listen(): () => void {
  const on = (e: KeyboardEvent) => {
    if (e.defaultPrevented || e.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(e.key)) return;
    if (resting || panelIsOpen()) return;
    const typing = isTyping(e.composedPath()[0] ?? e.target);
    const usable = typing ? flat.filter((c) => c.typing) : flat;
    // Enter and Space belong to a focused control.
    if (["Enter", " "].includes(e.key) && !e.ctrlKey && !e.metaKey && (e.target as HTMLElement).closest?.("a,button,[role=menuitem],[role=option],summary")) return;
    if ((e.target as HTMLElement).closest?.("[role=menu],[role=listbox],[role=dialog]:not([data-page])") && !e.ctrlKey && !e.metaKey) return;
    const got = resolve(usable, typing ? null : prefix, chordOf(e), singlesOn());
    clearTimeout(timer);
    prefix = null;
    if (got.kind === "run") {
      e.preventDefault();
      got.binding.run();
    } else if (got.kind === "wait" && !typing) {
      prefix = got.prefix;
      timer = setTimeout(() => (prefix = null), 1200);
    }
  };
  document.addEventListener("keydown", on);
  return () => document.removeEventListener("keydown", on);
}
