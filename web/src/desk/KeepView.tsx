/** Keeps the list of tickets as a view. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { agentsQuery, type TicketFilter } from "@/api/query";
import type { View } from "@/api/types";
import { useCan } from "@/app/session";
import { Keep } from "@/view/Keep";
import type { Look } from "./filter";
import { ownBody, ownSearch, sameAs } from "./ownView";
import { viewText } from "./viewText";

interface Props { filter: TicketFilter; look: Look; current: View | null; set: (f: Record<string, string | undefined>) => void; close: () => void; /** Asks for the name at once. */ begin?: "new"; leave?: () => void }
export function KeepView({ filter, look, current, set, close, begin, leave }: Props) {
  const q = useQueryClient();
  const may = useCan("blueprint.apply");
  const agents = useQuery({ ...agentsQuery, enabled: may });
  const own = current?.id ? current : null;
  return (
    <Keep<View> path="/views" kind="view" own={own} changed={!!own && !sameAs(own, filter, look)} share={may && !filter.view} close={close} begin={begin} leave={leave}
      body={(title) => ownBody(title, filter, look)} kept={(v) => ownBody(v.title, v.selection ?? {}, { columns: (v.columns ?? []) as Look["columns"], group: (v.group ?? "due") as Look["group"] })}
      text={(as) => viewText(filter, (id) => agents.data?.find((a) => String(a.id) === id)?.email, { ...as, columns: look.columns, group: look.group })}
      again={() => q.invalidateQueries({ queryKey: ["views"] })} open={(v) => set({ own: String(v.id), ...ownSearch(v) })} named={(name) => set({ view: name })} gone={() => set({ own: undefined })}
      shared={(title) => `The view ${title} is there for everybody who sees these tickets.`} />
  );
}
