/** What the first screen does not need: fetched one after the other once that screen rests, so that what is opened later opens at once. */
import { lazy, type ComponentType, type LazyExoticComponent } from "react";

type Load = () => Promise<unknown>;
let waiting: Load[] = [];
let begun = false;

/** Fetches this when nothing else is to be done. */
export function soon(load: Load): void {
  waiting.push(load);
  if (begun) next();
}

/** The first screen rests: what waits may come. Marked as "rested", so that what came before can be measured. */
export function rested(): void {
  if (begun) return;
  begun = true;
  performance.mark("rested");
  next();
}

let running = false;
const quietly = (run: () => void) => (typeof requestIdleCallback === "function" ? requestIdleCallback(run, { timeout: 2000 }) : setTimeout(run, 50));
function next(): void {
  if (running) return;
  const load = waiting.shift();
  if (!load) return;
  running = true;
  quietly(() => {
    const done = () => { running = false; next(); };
    load().then(done, done); // what did not come is asked for again where it is wanted
  });
}

/** A part that is drawn when it is wanted, and fetched before that. */
export function later<P>(load: () => Promise<ComponentType<P>>): LazyExoticComponent<ComponentType<P>> {
  soon(load);
  return lazy(() => load().then((c) => ({ default: c }))) as LazyExoticComponent<ComponentType<P>>;
}
