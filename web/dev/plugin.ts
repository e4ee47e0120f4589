/** Development aid, never shipped: serves the API contract from memory inside vite, for work on screens without a server. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { handle } from "./server.ts";

export function fakeApi(): Plugin {
  const use = (s: { middlewares: { use: (f: (req: IncomingMessage, res: ServerResponse, next: () => void) => void) => void } }) => {
    s.middlewares.use((req, res, next) => (req.url?.startsWith("/api/v1") ? void handle(req, res) : next()));
  };
  return { name: "fake-api", configureServer: use, configurePreviewServer: use };
}
