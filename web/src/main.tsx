/** Starts the workspace: styles, cache, router. */
import "./app/parts.css";
import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import "./app/tokens.css";
import "./app/base.css";
import "./app/mantine.css";
import "./ui/state.css";
import { DirectionProvider, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { cache } from "./app/cache";
import { early } from "./app/early";
import { router } from "./app/router";
import { resolver, theme } from "./app/theme";
import { language } from "./language/language";
import { read } from "./lib/store";
import { Messages } from "./ui/notify";

early(location.pathname);
document.documentElement.dataset.density = read("density") ?? "comfortable";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <DirectionProvider initialDirection={language.dir}>
    <MantineProvider theme={theme} cssVariablesResolver={resolver} defaultColorScheme="auto">
      <QueryClientProvider client={cache}>
        <RouterProvider router={router} />
        <Messages />
      </QueryClientProvider>
    </MantineProvider>
    </DirectionProvider>
  </StrictMode>,
);
