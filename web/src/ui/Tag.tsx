/** A small labelled fact. A meaning always comes with its own icon and word. */
import { IconAlertTriangle, IconCheck, IconCircleCheck, IconCircleDot, IconCircleDotted, IconHourglass, IconLock, IconPlayerPause } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Status } from "@/api/types";
import { statusWord } from "@/lib/words";

export type Meaning = "good" | "attention" | "danger" | "info" | "accent" | "none";
export function Tag({ meaning = "none", icon, children, title }: { meaning?: Meaning; icon?: ReactNode; children: ReactNode; title?: string }) {
  return <span className={`tag ${meaning === "none" ? "" : meaning}`} title={title}>{icon}{children}</span>;
}

const p = { size: 14, stroke: 1.75, "aria-hidden": true } as const;
const look: Record<Status, [Meaning, ReactNode]> = {
  new: ["info", <IconCircleDotted {...p} />],
  open: ["accent", <IconCircleDot {...p} />],
  pending: ["attention", <IconHourglass {...p} />],
  hold: ["none", <IconPlayerPause {...p} />],
  solved: ["good", <IconCircleCheck {...p} />],
  closed: ["none", <IconLock {...p} />],
};
export function StatusTag({ status }: { status: Status }) {
  const [meaning, icon] = look[status] ?? ["none", null];
  return <Tag meaning={meaning} icon={icon}>{statusWord[status] ?? status}</Tag>;
}
export const StatusIcon = ({ status }: { status: Status }) => look[status]?.[1] ?? null;
export const Warn = () => <IconAlertTriangle {...p} />;
export const Tick = () => <IconCheck {...p} />;
