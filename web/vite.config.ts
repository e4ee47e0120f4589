// Build and development settings. Assets land under /assets, nothing is inlined (the server's
// content policy allows only its own origin), and dist keeps its .gitkeep for the Go embed.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { fakeApi } from "./dev/plugin.ts";
import { language } from "./language/plugin.ts";

// Without the development API, requests go to a running server.
const api = process.env.STEWARD_API ?? "http://127.0.0.1:8080";
const proxy = process.env.STEWARD_FAKE ? undefined : { "/api": api, "/portal": api };

const src = fileURLToPath(new URL("src", import.meta.url));

const keep: Plugin = {
  name: "keep-dist",
  apply: "build",
  closeBundle() {
    writeFileSync(fileURLToPath(new URL("dist/.gitkeep", import.meta.url)), "");
  },
};

/** Fails when a part of Mantine is in the program without its styles (src/app/parts.css). */
const styled: Plugin = {
  name: "styled",
  apply: "build",
  generateBundle(_options, bundle) {
    const classes = (text: string) => new Set(text.match(/\bm_[0-9a-f]{5,8}\b/g));
    const all = Object.values(bundle);
    const styles = all.flatMap((f) => (f.type === "asset" && f.fileName.endsWith(".css") ? [String(f.source)] : [])).join("");
    const have = classes(styles), known = classes(readFileSync(fileURLToPath(new URL("node_modules/@mantine/core/styles.layer.css", import.meta.url)), "utf8"));
    const missing = [...classes(all.flatMap((f) => (f.type === "chunk" ? [f.code] : [])).join(""))].filter((c) => known.has(c) && !have.has(c));
    if (missing.length) this.error(`src/app/parts.css lacks the styles of ${missing.join(", ")}. Find them in node_modules/@mantine/core/styles and import that file.`);
  },
};

/** Files of the program, in this order: what every page begins with and the desk's list, what is fetched once the first screen rests, and a ticket. What is left is by page. */
const files: [name: string, from: string[]][] = [
  ["first", ["main.tsx", "notify/Bell.tsx", "desk/Desk.tsx", "desk/Nothing.tsx", "queue/NextButton.tsx"]],
  ["soon", ["ui/Toasts.tsx", "frame/Palette.tsx", "frame/KeyMap.tsx", "frame/SelfMenu.tsx", "frame/BarMenu.tsx", "desk/ViewMenu.tsx", "desk/SortMenu.tsx", "desk/FilterPane.tsx", "desk/DisplayPane.tsx", "bulk/Bar.tsx"]],
  ["record", ["record/Record.tsx"]],
];
/** Libraries that every page begins with. */
const libraries = /node_modules\/(?:react|react-dom|scheduler|clsx|@tanstack\/(?!react-virtual|virtual-core)[\w-]+|@mantine\/hooks|@mantine\/core\/esm\/core)\//;
type Modules = { getModuleInfo: (id: string) => { importedIds: readonly string[]; code: string | null } | null };
let by: Map<string, string> | undefined;

/** The file that a module goes to: the first whose parts need it. Of libraries only icons are told apart; the bundler knows of the rest what is used together. */
function fileOf(id: string, modules: Modules): string | null {
  if (!by) {
    by = new Map();
    for (const [name, from] of files) {
      const next = from.map((f) => src + "/" + f);
      for (let at = next.pop(); at; at = next.pop()) {
        if (by.has(at)) continue;
        by.set(at, name);
        const m = modules.getModuleInfo(at);
        next.push(...(m?.importedIds ?? []).filter((i) => i.startsWith(src)));
        for (const [icon] of m?.code?.matchAll(/\bIcon[A-Z]\w+/g) ?? []) if (!by.has(icon)) by.set(icon, name);
      }
    }
  }
  const icon = /icons-react\/.*\/(Icon\w+)\.\w+$/.exec(id)?.[1];
  if (icon) return by.get(icon) ?? "icons";
  return by.get(id) ?? (libraries.test(id) ? "first" : null);
}

export default defineConfig({
  plugins: [language(src), react(), keep, styled, ...(process.env.STEWARD_FAKE ? [fakeApi()] : [])],
  resolve: { alias: { "@": src } },
  build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 700, reportCompressedSize: true, rolldownOptions: { output: { codeSplitting: { groups: [{ debugName: "by screen", name: fileOf }] } } } },
  server: { port: 5173, proxy },
  preview: { proxy },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"] },
} as Parameters<typeof defineConfig>[0]);
