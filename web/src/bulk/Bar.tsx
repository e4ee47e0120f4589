/** What can be done with several tickets at once. The change runs on the server; the tray shows how far it is and takes it back. */
import { Menu } from "@mantine/core";
import { IconChevronDown, IconX } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useAttempt } from "@/api/attempt";
import { api } from "@/api/client";
import type { TicketFilter } from "@/api/query";
import type { Batch, BatchChange, Count, Status } from "@/api/types";
import { useCommands } from "@/app/commands";
import { useMe } from "@/app/session";
import { BULK, keep } from "@/lib/kept";
import { countText, number, plural, statusWord } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail } from "@/ui/notify";
import { track } from "./tray";

const Edit = lazy(() => import("./Edit").then((m) => ({ default: m.Edit })));
/** What a batch takes at most; the server says the same. */
const MOST = 10_000;

interface Props { ids: number[]; loaded: number; filter: TicketFilter; count: Count | null; done: () => void }
export function Bar({ ids, loaded, filter, count, done }: Props) {
  const me = useMe();
  const attempt = useAttempt();
  const [busy, setBusy] = useState(false);
  const [all, setAll] = useState(false);
  const [editing, setEditing] = useState(false);
  const many = count !== null && (count.capped || count.count > loaded);
  const words = all && count ? `${countText(count)} tickets` : plural(ids.length, "ticket");

  async function run(change: BatchChange): Promise<unknown> {
    setBusy(true);
    try {
      const reply = change.comment?.public ? change.comment.text : null;
      const body = { ...(all ? { list: selection(filter) } : { tickets: ids }), change, ...(reply !== null ? { undo: true } : {}) };
      track(await api.post<Batch>("/bulk", body, attempt.key(body)), reply !== null ? () => keep(me.person.id, BULK, reply) : undefined);
      done();
      return null;
    } catch (e) {
      setBusy(false);
      if (!editing) fail("Nothing was changed", e);
      return e;
    }
  }
  const take = () => void run({ assignee_id: me.person.id });
  useCommands([
    { id: "bulk-take", title: "Assign the selected to me", section: "list", keys: "a", run: take },
    { id: "bulk-edit", title: "Change the selected", section: "list", keys: "m", run: () => setEditing(true) },
    { id: "bulk-clear", title: "Clear the selection", section: "list", keys: "escape", run: () => (editing ? setEditing(false) : done()), hidden: true },
  ]);
  return (
    <>
      {editing && <Suspense><Edit words={words} run={run} busy={busy} close={() => setEditing(false)} /></Suspense>}
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
        <Btn small busy={busy} aria-expanded={editing} keys="m" onClick={() => setEditing(!editing)}>More</Btn>
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
