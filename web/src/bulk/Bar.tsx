/** What can be done with several tickets at once. The change runs on the server; the tray shows how far it is and takes it back. */
import { Menu } from "@mantine/core";
import { IconArrowMerge, IconBan, IconChevronDown, IconDots, IconMailX, IconTrash, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useAttempt } from "@/api/attempt";
import { api } from "@/api/client";
import { batchQuery, type TicketFilter } from "@/api/query";
import type { Batch, BatchChange, Count, Status, TicketRow } from "@/api/types";
import { useCommands } from "@/app/commands";
import { useCan, useMe } from "@/app/session";
import { BULK, BULK_KIND } from "@/lib/kept";
import { countText, number, plural, statusWord } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail } from "@/ui/notify";
import { MOST_MERGED } from "./most";
import { send, track } from "./tray";

const Edit = lazy(() => import("./Edit").then((m) => ({ default: m.Edit })));
const MergeMany = lazy(() => import("./MergeMany").then((m) => ({ default: m.MergeMany })));
/** What a batch takes at most; the server says the same. */
const MOST = 10_000;
const p = { size: 16, stroke: 1.75, "aria-hidden": true } as const;

interface Props { ids: number[]; rows: TicketRow[]; filter: TicketFilter; count: Count | null; done: () => void }
export function Bar({ ids, rows, filter, count, done }: Props) {
  const me = useMe();
  const mayDelete = useCan("ticket.delete");
  const loaded = rows.length;
  const attempt = useAttempt();
  const q = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState<"" | "edit" | "merge">("");
  const editing = open === "edit";
  const many = count !== null && (count.capped || count.count > loaded);
  const words = all && count ? `${countText(count)} tickets` : plural(ids.length, "ticket");

  async function run(change: BatchChange): Promise<unknown> {
    setBusy(true);
    try {
      const reply = change.comment?.public ? change.comment.text : null;
      const body = { ...(all ? { list: selection(filter) } : { tickets: ids }), change, ...(reply !== null || change.macro ? { undo: true } : {}) };
      const b = await api.post<Batch>("/bulk", body, attempt.key(body));
      q.setQueryData(batchQuery(b.id).queryKey, b); // the tray says at once that it runs
      if (reply === null) track(b);
      else send(b, me.person.id, { what: BULK, text: reply, as: { [BULK_KIND]: "reply" } });
      done();
      return null;
    } catch (e) {
      setBusy(false);
      if (!open) fail("Nothing was changed", e);
      return e;
    }
  }
  const take = () => void run({ assignee_id: me.person.id });
  useCommands([
    { id: "bulk-take", title: "Assign the selected to me", section: "list", keys: "a", run: take },
    { id: "bulk-edit", title: "Change the selected", section: "list", keys: "m", run: () => setOpen("edit") },
    { id: "bulk-clear", title: "Clear the selection", section: "list", keys: "escape", run: () => (open ? setOpen("") : done()), hidden: true },
  ]);
  return (
    <>
      {editing && <Suspense><Edit words={words} run={run} busy={busy} close={() => setOpen("")} /></Suspense>}
      {open === "merge" && <Suspense><MergeMany ids={ids} rows={rows.filter((r) => ids.includes(r.id))} run={run} busy={busy} close={() => setOpen("")} /></Suspense>}
      <div className="bulk" role="toolbar" aria-label="Selected tickets">
        <span className="grow col" style={{ gap: 0, minWidth: 0 }}>
          <span className="b5 nw">{all && count ? `All ${countText(count)} selected` : `${number(ids.length)} selected`}</span>
          {many && ids.length >= loaded && !all && <button type="button" className="link t12 nw" style={{ textAlign: "start" }} onClick={() => setAll(true)}>Select all {countText(count)}{count.capped ? ` (up to ${number(MOST)})` : ""}</button>}
          {all && <button type="button" className="link t12 nw" style={{ textAlign: "start" }} onClick={() => setAll(false)}>Only the {number(ids.length)} shown</button>}
        </span>
        <Btn small busy={busy} onClick={take} keys="a">Take</Btn>
        <Menu position="top-end">
          <Menu.Target><Btn small busy={busy}>Status<IconChevronDown size={14} stroke={1.75} aria-hidden /></Btn></Menu.Target>
          <Menu.Dropdown>
            {(["open", "pending", "hold", "solved"] as Status[]).map((s) => <Menu.Item key={s} onClick={() => void run({ status: s })}>{statusWord[s]}</Menu.Item>)}
          </Menu.Dropdown>
        </Menu>
        <Btn small busy={busy} aria-expanded={editing} keys="m" onClick={() => setOpen(editing ? "" : "edit")}>More</Btn>
        <Menu position="top-end" width={260}>
          <Menu.Target><Btn small kind="quiet" tip="More acts" busy={busy} icon={<IconDots {...p} />} /></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconArrowMerge {...p} />} disabled={all || ids.length > MOST_MERGED + 1} onClick={() => setOpen("merge")}>{all || ids.length > MOST_MERGED + 1 ? `Merge into one: at most ${MOST_MERGED + 1}` : "Merge into one"}</Menu.Item>
            {mayDelete && <>
              <Menu.Divider />
              <Menu.Item leftSection={<IconBan {...p} />} onClick={() => void run({ fate: "spam" })}>Mark as spam</Menu.Item>
              <Menu.Item leftSection={<IconMailX {...p} />} onClick={() => void run({ fate: "spam", block: "address" })}>Mark as spam and block the senders</Menu.Item>
              <Menu.Item leftSection={<IconTrash {...p} />} onClick={() => void run({ fate: "delete" })}>Delete</Menu.Item>
            </>}
          </Menu.Dropdown>
        </Menu>
        <Btn small kind="quiet" tip="Clear the selection" icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={done} />
      </div>
    </>
  );
}

/** A list as the server takes it for a batch: ids as numbers, nothing empty. */
export function selection(f: TicketFilter): Record<string, string | number> {
  const out: Record<string, string | number> = {};
  for (const [k, v] of Object.entries(f)) if (v) out[k] = k === "requester" || k === "organization" ? Number(v) : String(v);
  return out;
}
