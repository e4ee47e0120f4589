/** What the person chose on this machine: widths, density, keys. Kept in localStorage, shared between components. */
import { useSyncExternalStore } from "react";

const listeners = new Map<string, Set<() => void>>();
const watchers = new Set<(key: string, value: string | null) => void>();
const memory = new Map<string, string>();

export function read(key: string): string | null {
  try {
    return localStorage.getItem("steward." + key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

export function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem("steward." + key);
    else localStorage.setItem("steward." + key, value);
  } catch {
    // storage refused: memory lasts as long as the page
  }
  if (value === null) memory.delete(key);
  else memory.set(key, value);
  listeners.get(key)?.forEach((f) => f());
  watchers.forEach((f) => f(key, value));
}

/** Hears of everything that is chosen. */
export function watch(f: (key: string, value: string | null) => void): () => void {
  watchers.add(f);
  return () => watchers.delete(f);
}

export function useStored(key: string, initial: string): [string, (v: string) => void] {
  const value = useSyncExternalStore(
    (f) => {
      const set = listeners.get(key) ?? new Set();
      listeners.set(key, set.add(f));
      return () => set.delete(f);
    },
    () => read(key) ?? initial,
  );
  return [value, (v) => write(key, v)];
}
