/** The end of a list that has more: loads it when seen, and says when it could not. */
import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Btn } from "./Btn";

export function More({ query }: { query: Pick<UseInfiniteQueryResult, "hasNextPage" | "isFetchingNextPage" | "fetchNextPage" | "isFetchNextPageError"> }) {
  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  useEffect(() => {
    if (!hasNextPage || isFetchingNextPage || isFetchNextPageError) return;
    const o = new IntersectionObserver(([e]) => e.isIntersecting && void fetchNextPage(), { rootMargin: "300px" });
    o.observe(end.current!);
    return () => o.disconnect();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  if (!hasNextPage) return null;
  return (
    <div ref={end} className="row" style={{ padding: "12px 24px", justifyContent: "center" }}>
      {isFetchNextPageError ? <Btn small onClick={() => fetchNextPage()}>The rest could not be loaded. Try again</Btn> : <span className="sub">Loading more</span>}
    </div>
  );
}
