/** What a key press means. Pure: the listener feeds it presses, it answers with a chord or a waiting prefix. */

export interface Press { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; shiftKey: boolean }

/** "k", "mod+k", "shift+enter", "?": how a press is written in a binding. */
export function chordOf(e: Press): string {
  const k = e.key.toLowerCase();
  const parts: string[] = [];
  if (e.ctrlKey || e.metaKey) parts.push("mod");
  if (e.altKey) parts.push("alt");
  // Shift counts only where it does not already change the character.
  if (e.shiftKey && (k.length > 1 || parts.length > 0)) parts.push("shift");
  parts.push(k === " " ? "space" : k);
  return parts.join("+");
}

/** A single letter or sign without a modifier: what the switch in the settings turns off. */
export const isSingle = (chord: string): boolean => chord.length === 1;

export interface Binding { keys: string }
export type Outcome<B> = { kind: "run"; binding: B } | { kind: "wait"; prefix: string } | { kind: "none" };

/** Finds what a chord does after an optional prefix. Later bindings win, so an open pane overrides the page. */
export function resolve<B extends Binding>(bindings: B[], prefix: string | null, chord: string, singles: boolean): Outcome<B> {
  if (!singles && (isSingle(chord) || prefix)) return { kind: "none" };
  const want = prefix ? `${prefix} ${chord}` : chord;
  for (let i = bindings.length - 1; i >= 0; i--) if (bindings[i].keys.split(", ").includes(want)) return { kind: "run", binding: bindings[i] };
  if (!prefix && bindings.some((b) => b.keys.startsWith(chord + " "))) return { kind: "wait", prefix: chord };
  return { kind: "none" };
}

/** Whether typing goes into this element. */
export function isTyping(el: EventTarget | null): boolean {
  const e = el as HTMLElement | null;
  if (!e || !e.tagName) return false;
  if (e.isContentEditable || e.tagName === "TEXTAREA" || e.tagName === "SELECT") return true;
  return e.tagName === "INPUT" && !["checkbox", "radio", "button"].includes((e as HTMLInputElement).type);
}
