/** The parts of a title that nests with ::, as in Billing::Refund. */
export const partsOf = (title: string): string[] => title.split("::").map((x) => x.trim());
