/** What can be done with several tickets at once: take them, or move them to a status. One change each, with Undo for all. */
import { Menu } from "@mantine/core";
import { IconChevronDown, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { ApiError, sentenceOf } from "@/api/error";
import type { Status, Ticket, TicketPatch, TicketRow } from "@/api/types";
import { useCommands } from "@/app/commands";
import { useMe } from "@/app/session";
import { settle } from "@/record/settle";
import { plural, statusWord } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";

export function Bulk({ ids, rows, done }: { ids: number[]; rows: TicketRow[]; done: () => void }) {
  const me = useMe();
  const q = useQueryClient();
  const [progress, setProgress] = useState<number | null>(null);

  async function run(patch: TicketPatch, said: string) {
    const chosen = rows.filter((r) => ids.includes(r.id));
    const before: { id: number; patch: TicketPatch; version: number }[] = [];
    const failed: string[] = [];
    for (const [i, r] of chosen.entries()) {
      setProgress(i);
      try {
        const t = await api.patch<Ticket>(`/tickets/${r.id}`, { version: r.version, ...patch });
        settle(q, t);
        before.push({ id: r.id, version: t.version, patch: "status" in patch ? { status: r.status } : { assignee_id: r.assignee?.id ?? null } });
      } catch (e) {
        failed.push(`Ticket ${r.id}: ${sentenceOf(e)}`);
      }
    }
    setProgress(null);
    done();
    void q.invalidateQueries({ queryKey: ["views"] });
    if (before.length)
      say(`${plural(before.length, "ticket")} ${said}.`, async () => {
        for (const b of before) {
          try {
            settle(q, await api.patch<Ticket>(`/tickets/${b.id}`, { version: b.version, ...b.patch }));
          } catch (e) {
            fail(`Ticket ${b.id} was not put back`, e);
          }
        }
      });
    if (failed.length) fail(`${plural(failed.length, "ticket")} did not change`, new ApiError({ detail: failed.join(" ") }));
  }
  const take = () => void run({ assignee_id: me.person.id }, "assigned to you");
  useCommands([
    { id: "bulk-take", title: "Assign the selected to me", section: "List", keys: "shift+a", run: take },
    { id: "bulk-clear", title: "Clear the selection", section: "List", keys: "escape", run: done, hidden: true },
  ]);
  return (
    <div className="bulk" role="toolbar" aria-label="Selected tickets">
      <span className="b5 grow nw">{progress === null ? `${ids.length} selected` : `${progress} of ${ids.length} done`}</span>
      <Btn small busy={progress !== null} onClick={take}>Assign to me</Btn>
      <Menu position="top-end">
        <Menu.Target><Btn small busy={progress !== null}>Set status<IconChevronDown size={14} stroke={1.75} aria-hidden /></Btn></Menu.Target>
        <Menu.Dropdown>
          {(["open", "pending", "hold", "solved"] as Status[]).map((s) => <Menu.Item key={s} onClick={() => void run({ status: s }, `set to ${statusWord[s]}`)}>{statusWord[s]}</Menu.Item>)}
        </Menu.Dropdown>
      </Menu>
      <Btn small kind="quiet" tip="Clear the selection" icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={done} />
    </div>
  );
}
