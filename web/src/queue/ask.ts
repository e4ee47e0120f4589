/** Opens the forms of the strip on a ticket from elsewhere on the page. */
export type Ask = "ask" | "hand";
const heard = new Set<(what: Ask) => void>();
export const openHelp = (what: Ask) => heard.forEach((f) => f(what));
export const onHelp = (f: (what: Ask) => void) => { heard.add(f); return () => void heard.delete(f); };
