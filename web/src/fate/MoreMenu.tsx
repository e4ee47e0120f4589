/** The rarer acts on a ticket, behind three dots. */
import { Menu } from "@mantine/core";
import { IconArrowMerge, IconArrowsSplit, IconBan, IconBellRinging, IconBug, IconDots, IconEraser, IconMailX, IconPrinter, IconTrash, IconWorldShare } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { Ticket } from "@/api/types";
import { openHelp } from "@/queue/ask";
import type { FateAct } from "./act";
import { putAway } from "./refresh";

const p = { size: 16, stroke: 1.75, "aria-hidden": true } as const;

export function MoreMenu({ ticket: t, open }: { ticket: Ticket; open: (act: FateAct) => void }) {
  const q = useQueryClient();
  return (
    <Menu position="bottom-end" width={296}>
      <Menu.Target><button type="button" className="btn quiet sm icon" aria-label="More acts" title="More"><IconDots {...p} /></button></Menu.Target>
      <Menu.Dropdown>
        {t.can.note && <Menu.Item leftSection={<IconBellRinging {...p} />} onClick={() => openHelp("ask")}>Ask for attention</Menu.Item>}
        {t.can.edit && <>
          <Menu.Item leftSection={<IconWorldShare {...p} />} onClick={() => openHelp("hand")}>Hand to another region</Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<IconArrowMerge {...p} />} onClick={() => open("merge")}>Merge tickets</Menu.Item>
          <Menu.Item leftSection={<IconArrowsSplit {...p} />} onClick={() => open("split")}>Split messages off</Menu.Item>
          {t.type !== "problem" && t.type !== "task" && <Menu.Item leftSection={<IconBug {...p} />} onClick={() => open("problem")}>{t.problem_id ? "Change the problem" : "Link to a problem"}</Menu.Item>}
        </>}
        <Menu.Item leftSection={<IconPrinter {...p} />} onClick={() => requestAnimationFrame(() => print())}>Print</Menu.Item>
        {t.can.redact && <Menu.Item leftSection={<IconEraser {...p} />} onClick={() => open("redact")}>Redact words or files</Menu.Item>}
        {t.can.delete && <>
          <Menu.Divider />
          <Menu.Item leftSection={<IconBan {...p} />} onClick={() => void putAway(q, t.id, "spam")}>Mark as spam</Menu.Item>
          {t.requester.email && <Menu.Item leftSection={<IconMailX {...p} />} onClick={() => void putAway(q, t.id, "spam", "address")}>Mark as spam and block {t.requester.email.length > 24 ? "the sender" : t.requester.email}</Menu.Item>}
          <Menu.Item leftSection={<IconTrash {...p} />} onClick={() => void putAway(q, t.id, "deleted")}>Delete</Menu.Item>
        </>}
      </Menu.Dropdown>
    </Menu>
  );
}
