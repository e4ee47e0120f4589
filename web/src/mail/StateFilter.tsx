/** Which states a mail list shows, kept in the address bar. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Choice } from "@/ui/Choice";

export const useStateFilter = () => (useSearch({ strict: false }) as Record<string, string | undefined>).state ?? "";
export function StateFilter({ options }: { options: [string, string][] }) {
  const now = useStateFilter();
  const go = useNavigate();
  return (
    <div className="chips"><Choice label="Which mail" value={now} options={[["", "All"], ...options]} onChange={(k) => void go({ to: "." as never, search: { state: k || undefined } as never })} /></div>
  );
}
