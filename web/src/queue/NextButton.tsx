/** "Next ticket" in the head of the list, with its key. */
import { IconPlayerTrackNext } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useCommands } from "@/app/commands";
import { Btn } from "@/ui/Btn";
import { queuesQuery } from "./queries";
import { useNext } from "./useNext";

export function NextButton() {
  const queues = useQuery(queuesQuery);
  const next = useNext();
  const there = (queues.data?.length ?? 0) > 0;
  useCommands([{ id: "take-next", title: "Take the next ticket", section: "list", keys: "q", run: () => !next.isPending && next.mutate(undefined) }], there);
  if (!there) return null;
  return <Btn small icon={<IconPlayerTrackNext size={16} stroke={1.75} aria-hidden />} keys="q" tip="Take the next ticket" busy={next.isPending} onClick={() => next.mutate(undefined)}>Next</Btn>;
}
