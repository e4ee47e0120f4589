/** The cache of what the server said. Reads retry when the server was busy or not reached; writes never do by themselves. */
import { QueryClient } from "@tanstack/react-query";
import { isApiError } from "@/api/error";

export const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: true,
      retry: (n, e) => n < 2 && (!isApiError(e) || e.offline || e.status >= 500),
      retryDelay: (n) => 400 * 2 ** n,
    },
    mutations: { retry: false },
  },
});
