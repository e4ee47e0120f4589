/** The address that puts a colleague's mail on this account's timeline, to be copied. */
import { IconCopy } from "@tabler/icons-react";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";

export function ToTimeline({ address }: { address: string }) {
  const copy = () => navigator.clipboard.writeText(address).then(() => say("Address copied. Put it in Bcc, or forward a mail to it."), () => say(address));
  return (
    <p className="in t12 m3 row wrap" style={{ gap: 8, borderTop: "1px solid var(--line)" }}>
      <span className="grow" style={{ minWidth: 0, flexBasis: 200 }}>Mail that you Bcc or forward to <span className="break m2">{address}</span> stands here too.</span>
      <Btn small kind="quiet" icon={<IconCopy size={16} stroke={1.75} aria-hidden />} onClick={() => void copy()}>Copy</Btn>
    </p>
  );
}
