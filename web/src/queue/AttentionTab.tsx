/** The way to the requests for attention, with how many are the reader's; nothing where attention is not asked for. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { placesQuery } from "@/api/query";
import { useMe } from "@/app/session";
import { countText } from "@/lib/words";

export function AttentionTab() {
  const may = useMe().can.includes("ticket.write");
  const waiting = useQuery({ ...placesQuery, enabled: may }).data;
  if (!waiting?.attention) return null;
  const mine = waiting.attention_mine?.count ?? 0;
  return <Link to={"/attention" as "/tickets"} activeProps={{}} title={mine > 0 ? `${mine} for you` : undefined}>Attention <span className={mine > 0 ? "attention b6" : "m3"}>{countText(mine > 0 ? waiting.attention_mine : waiting.attention)}</span></Link>;
}
