import { worked } from "@/lib/time";

/** Minutes of working time and scores, as people read them. */
export const duration = worked;
export const scoreText = (score: number | null): string => (score === null ? "no score yet" : `score ${Number(score.toPrecision(3))}`);
