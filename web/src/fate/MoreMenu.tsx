/** The rarer acts on a ticket, behind three dots. */
import { Menu } from "@mantine/core";
import { IconArrowMerge, IconArrowsSplit, IconBan, IconBellRinging, IconBug, IconDots, IconEraser, IconMailX, IconPrinter, IconTrash, IconWorldShare } from "@tabler/icons-react";
import type { Ticket } from "@/api/types";
import { openHelp } from "@/queue/ask";
import type { FateAct } from "./act";
import type { Away } from "./useAway";

const p = { size: 16, stroke: 1.75, "aria-hidden": true } as const;

export function MoreMenu({ ticket: t, open, away }: { ticket: Ticket; open: (act: FateAct) => void; away: Away["put"] }) {
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
          {(t.problem_id || t.type === "question" || t.type === "incident") && <Menu.Item leftSection={<IconBug {...p} />} onClick={() => open("problem")}>{t.problem_id ? "Change the problem" : "Link to a problem"}</Menu.Item>}
        </>}
        <Menu.Item leftSection={<IconPrinter {...p} />} onClick={() => requestAnimationFrame(() => print())}>Print</Menu.Item>
        {t.can.redact && <Menu.Item leftSection={<IconEraser {...p} />} onClick={() => open("redact")}>Redact words or files</Menu.Item>}
        {t.can.delete && <>
          <Menu.Divider />
          <Menu.Item leftSection={<IconBan {...p} />} onClick={() => void away("spam")}>Mark as spam</Menu.Item>
          {t.requester.email && <Menu.Item leftSection={<IconMailX {...p} />} onClick={() => void away("spam", "address")}>Mark as spam and block {t.requester.email.length > 24 ? "the sender" : t.requester.email}</Menu.Item>}
          <Menu.Item leftSection={<IconTrash {...p} />} onClick={() => void away("deleted")}>Delete</Menu.Item>
        </>}
      </Menu.Dropdown>
    </Menu>
  );
}
