/** The cache of what the server said. Reads retry when the server was busy or not reached; writes never do by themselves. */
import { QueryCache, QueryClient } from "@tanstack/react-query";
import { isApiError } from "@/api/error";

export const cache = new QueryClient({
  queryCache: new QueryCache({
    // What is gone, or is not for this person any more, is not shown from memory either: its screen says so.
    onError: (e, query) => { if (isApiError(e) && (e.status === 403 || e.status === 404) && query.state.data !== undefined) query.setState({ data: undefined }); },
  }),
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
