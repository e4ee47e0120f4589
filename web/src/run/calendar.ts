/** Days of a calendar, counted from 1 January 1970. Weeks begin on Monday. Pure. */
const DAY = 86_400_000;
export type Span = "month" | "week";

const monday = (day: number) => day - ((((day + 3) % 7) + 7) % 7);
const month = (day: number, by = 0, last = false) => {
  const d = new Date(day * DAY);
  return Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + by + (last ? 1 : 0), last ? 0 : 1) / DAY;
};

/** The first day that is shown with a day, and the one behind the last: whole weeks. */
export function shown(day: number, span: Span): [number, number] {
  return span === "week" ? [monday(day), monday(day) + 7] : [monday(month(day)), monday(month(day, 0, true)) + 7];
}

/** The same day of another week or month; the last of a month that is shorter. */
export function among(day: number, span: Span, by: number): number {
  if (span === "week") return day + 7 * by;
  return Math.min(month(day, by) + (day - month(day)), month(day, by, true));
}

/** Where a key leads from a day; null for a key that leads nowhere. */
export function keyed(day: number, key: string): number | null {
  switch (key) {
    case "ArrowLeft": return day - 1;
    case "ArrowRight": return day + 1;
    case "ArrowUp": return day - 7;
    case "ArrowDown": return day + 7;
    case "Home": return monday(day);
    case "End": return monday(day) + 6;
    case "PageUp": return among(day, "month", -1);
    case "PageDown": return among(day, "month", 1);
  }
  return null;
}
