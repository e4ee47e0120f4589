/** The person at the foot of the rail, and their own menu. */
import { useState } from "react";
import { useMe } from "@/app/session";
import { later } from "@/lib/idle";
import { Avatar } from "@/ui/Avatar";
import { Opens } from "@/ui/Opens";

const SelfMenu = later(() => import("./SelfMenu").then((m) => m.SelfMenu));

export function Self() {
  const me = useMe();
  const [open, setOpen] = useState(false);
  return (
    <Opens kind="menu" opened={open} onChange={setOpen} button={<button type="button" className="item"><Avatar id={me.person.id} name={me.person.name} /><span className="lbl cut" aria-hidden>{me.person.name}</span><span className="sr">{me.person.name}, your settings</span></button>}>
      {(at) => <SelfMenu at={at} />}
    </Opens>
  );
}
