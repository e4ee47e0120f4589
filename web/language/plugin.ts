/** Puts every text of the sources through the catalogue while they are built, so that the sources read as plain English. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import MagicString from "magic-string";
import type { Plugin } from "vite";
import { spoken } from "./files.ts";
import { find } from "./find.ts";

const here = (path: string): string => join(import.meta.dirname, path);
const translated = (): string[] => readdirSync(here("catalogue")).filter((f) => f !== "en.json").map((f) => basename(f, ".json"));
const trials = ["en-XA", "en-XB"];

export function language(src: string): Plugin {
  const emitted = new Map<string, string>();
  let building = false;
  return {
    name: "language",
    enforce: "pre",
    configResolved(c) { building = c.command === "build"; },
    buildStart() {
      if (!building) return;
      emitted.set("start", this.emitFile({ type: "asset", name: "start.js", source: readFileSync(here("start.js")) }));
      emitted.set("pseudo", this.emitFile({ type: "chunk", id: join(src, "language/pseudo.ts"), preserveSignature: "exports-only" }));
      for (const l of translated()) {
        const words = Object.entries(JSON.parse(readFileSync(here(`catalogue/${l}.json`), "utf8")) as Record<string, string>).filter(([, said]) => said);
        emitted.set(l, this.emitFile({ type: "asset", name: `${l}.json`, source: JSON.stringify(Object.fromEntries(words)) }));
      }
    },
    transform(code, id) {
      const [path] = id.split("?");
      if (!path.startsWith(src + "/") || !spoken(path.slice(src.length + 1))) return null;
      const { edits } = find(path, code);
      if (!edits.length) return null;
      const s = new MagicString(code);
      for (const e of edits) s.update(e.start, e.end, e.code);
      s.prepend('import { $t, $r } from "@/language/say"; ');
      return { code: s.toString(), map: s.generateMap({ source: path, hires: true }) };
    },
    generateBundle: {
      order: "pre",
      handler() { for (const [name, ref] of emitted) emitted.set(name, "/" + this.getFileName(ref)); },
    },
    // The workspace is begun by start.js once its words are there; the browser fetches it at once all the same.
    transformIndexHtml: {
      order: "post",
      handler(html, { server }) {
        const at = (name: string, path: string): string => (server ? path : emitted.get(name) ?? "");
        const words = Object.fromEntries([...translated().map((l) => [l, at(l, `/language/catalogue/${l}.json`)]), ...trials.map((l) => [l, at("pseudo", "/src/language/pseudo.ts")])]);
        return html.replace(/<script type="module"(?: crossorigin)? src="([^"]*(?:index-|main\.tsx)[^"]*)"><\/script>/, (_all, entry: string) => {
          const given = `data-entry="${entry}" data-words='${JSON.stringify(words)}'`;
          // While developing it stands in the page: what the development server serves, it takes for a module.
          if (server) return `<script ${given}>${readFileSync(here("start.js"), "utf8")}</script>`;
          return `<link rel="modulepreload" crossorigin href="${entry}">\n    <script defer src="${emitted.get("start")}" ${given}></script>`;
        });
      },
    },
  };
}
