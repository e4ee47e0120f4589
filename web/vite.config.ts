// Build and development settings. Assets land under /assets, nothing is inlined (the server's
// content policy allows only its own origin), and dist keeps its .gitkeep for the Go embed.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { fakeApi } from "./dev/plugin.ts";
import { language } from "./language/plugin.ts";

// Without the development API, requests go to a running server.
const api = process.env.STEWARD_API ?? "http://127.0.0.1:8080";
const proxy = process.env.STEWARD_FAKE ? undefined : { "/api": api, "/portal": api };

const keep: Plugin = {
  name: "keep-dist",
  apply: "build",
  closeBundle() {
    writeFileSync(fileURLToPath(new URL("dist/.gitkeep", import.meta.url)), "");
  },
};

export default defineConfig({
  plugins: [language(fileURLToPath(new URL("src", import.meta.url))), react(), keep, ...(process.env.STEWARD_FAKE ? [fakeApi()] : [])],
  resolve: { alias: { "@": fileURLToPath(new URL("src", import.meta.url)) } },
  build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 700, reportCompressedSize: true },
  server: { port: 5173, proxy },
  preview: { proxy },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"] },
} as Parameters<typeof defineConfig>[0]);
