import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const src = join(import.meta.dirname, "..");

test("every variable that a style reads is set somewhere", () => {
  const all = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((f) => /\.(css|tsx)$/.test(f)).map((f) => readFileSync(join(src, f), "utf8")).join("\n");
  const set = new Set([...all.matchAll(/(--[a-z0-9-]+)["']?\s*[:\]]/g)].map((m) => m[1]));
  const read = [...all.matchAll(/var\((--[a-z0-9-]+)\)/g)].map((m) => m[1]);
  expect(read.length).toBeGreaterThan(500);
  expect([...new Set(read)].filter((name) => !set.has(name) && !name.startsWith("--mantine-"))).toEqual([]);
});
