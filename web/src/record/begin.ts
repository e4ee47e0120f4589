/** What is to be done with a ticket as soon as it is open: a key pressed on its row says so. */
export type Begin = "solve" | "reply" | "note";

let wanted: { id: number; what: Begin } | null = null;

/** Remembers it until the ticket is there. */
export function begin(id: number, what: Begin): void {
  wanted = { id, what };
}

/** What was wanted of a ticket, once; what was wanted of another one is forgotten. */
export function begun(id: number): Begin | null {
  const what = wanted?.id === id ? wanted.what : null;
  wanted = null;
  return what;
}
