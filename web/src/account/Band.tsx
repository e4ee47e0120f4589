/** The colour of a score, told by a sign and a word too. */
import { decimal } from "@/lib/words";
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconFlame } from "@tabler/icons-react";
import { bandWord } from "./data";
import "./account.css";

const icons: Record<string, typeof IconFlame> = { green: IconCircleCheck, yellow: IconAlertTriangle, red: IconFlame };

export function Band({ band, score }: { band: string; score?: number | null }) {
  const Sign = icons[band] ?? IconCircleDashed;
  return <span className={`band ${band || "none"}`}><Sign size={16} stroke={1.75} aria-hidden />{score !== null && score !== undefined && <b className="b6">{decimal(score, 1)}</b>}<span>{bandWord(band)}</span></span>;
}
