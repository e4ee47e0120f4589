/** Minutes of working time and scores, as people read them. */
export function duration(minutes: number): string {
  const h = Math.floor(minutes / 60), m = minutes % 60;
  return h === 0 ? `${m} min` : m === 0 ? `${h} h` : `${h} h ${m} min`;
}
export const scoreText = (score: number | null): string => (score === null ? "no score yet" : `score ${Number(score.toPrecision(3))}`);
