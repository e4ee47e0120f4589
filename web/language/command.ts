/** The commands for the catalogues, from web/: node language/run.mjs COMMAND. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { extract, problems } from "./catalogue.ts";
import { read } from "./files.ts";
import { apply, find } from "./find.ts";
import { logical, logicalInline } from "./sides.ts";

const src = join(import.meta.dirname, "../src");
const usage = `extract            write the catalogues anew from the sources
check              say what is not in the catalogue and which styles name a side
sides              write styles by where a line begins and ends
show FILE          the file as the build sees it`;

/** Files whose styles name a side that a language from right to left turns around, with what to write. */
function sided(): Map<string, string> {
  const out = new Map<string, string>();
  for (const f of readdirSync(src, { recursive: true, encoding: "utf8" }).filter((p) => /\.(css|tsx)$/.test(p)).sort()) {
    const code = readFileSync(join(src, f), "utf8");
    const want = f.endsWith(".css") ? logical(code) : logicalInline(code);
    if (want !== code) out.set(f, want);
  }
  return out;
}

export function run([command, ...rest]: string[]): number {
  switch (command) {
    case "extract":
      for (const line of extract(read(src))) console.log(line);
      return 0;
    case "check": {
      const wrong = [...problems(read(src)), ...[...sided().keys()].map((f) => `${f}: names left or right. Run: node language/run.mjs sides`)];
      for (const line of wrong) console.error(line);
      return wrong.length ? 1 : 0;
    }
    case "sides":
      for (const [f, code] of sided()) {
        if (rest.length && !rest.some((d) => f.startsWith(d))) continue;
        writeFileSync(join(src, f), code);
        console.log(f);
      }
      return 0;
    case "show": {
      const code = readFileSync(join(src, rest[0]), "utf8");
      console.log(apply(code, find(rest[0], code).edits));
      return 0;
    }
    default:
      console.error(usage);
      return 2;
  }
}
