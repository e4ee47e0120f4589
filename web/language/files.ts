/** The source files whose text people see. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { find, type Result } from "./find.ts";

/** Whether a path below src holds text: not tests, not types, not the catalogue itself. */
export const spoken = (path: string): boolean => /\.tsx?$/.test(path) && !/\.test\.tsx?$|^language\//.test(path);

/** What is found in each file, by its path. */
export function read(src: string): Map<string, Result> {
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(spoken).sort();
  return new Map(files.map((f) => [f, find(f, readFileSync(join(src, f), "utf8"))]));
}
