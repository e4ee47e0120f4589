/** Which states a mail list shows, kept in the address bar. */
import { useNavigate, useSearch } from "@tanstack/react-router";

export const useStateFilter = () => (useSearch({ strict: false }) as Record<string, string | undefined>).state ?? "";
export function StateFilter({ options }: { options: [string, string][] }) {
  const now = useStateFilter();
  const go = useNavigate();
  return (
    <div className="row wrap chips" style={{ gap: 4 }} role="group" aria-label="Which mail">
      {[["", "All"] as [string, string], ...options].map(([k, w]) => <button key={k} type="button" className={`tag${now === k ? " accent" : ""}`} aria-pressed={now === k} style={{ height: 24 }} onClick={() => void go({ to: "." as never, search: { state: k || undefined } as never })}>{w}</button>)}
    </div>
  );
}
