/** What one is told of, and how: in the workspace, by mail, by the browser. */
import { Checkbox } from "@mantine/core";
import { useEffect, useState } from "react";
import { useMe } from "@/app/session";
import { phrase } from "@/language/phrase";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { say } from "@/ui/notify";
import { keptOf, newsKinds, waysOf, type NewsKind, type Ways } from "./news";
import { useChoose } from "./useChoose";

const words: Record<NewsKind, [string, string]> = {
  assigned: ["Given to me", "a ticket becomes mine"],
  mentioned: ["Mentioned", "a note names me or my team"],
  replied: ["Answered", "the requester writes on a ticket of mine"],
  due: ["Due soon", "a promise on a ticket of mine is due in 30 minutes"],
  breached: ["Past due", "a promise on a ticket of mine was broken"],
  approval: ["Approval wanted", "a reply, a step or a change of the configuration waits for my say"],
  decision: ["Decision wanted", "an application waits for me or my team to decide"],
  aside: ["Side conversations", "somebody writes to me there, or answers me"],
  discussed: ["Change requests", "somebody speaks about one that I wrote, approved, spoke about or am named in"],
  health: ["Colour of an account", "one that I look after or follow changes its colour, as the notices of the configuration say"],
  stock: ["Codes run low", "a pool of my team has fewer codes than will be needed"],
};
const columns: [keyof Ways, string][] = [["app", "Workspace"], ["mail", "Mail"], ["browser", "Browser"]];
const mails = [["now", "At once"], ["hourly", "Each hour"], ["daily", "Each morning at 8"]] as const;

/** Whether this browser may show notices: as it stands, also when somebody changes it in the browser's own settings. */
function useBrowserMay(): [NotificationPermission | "none", (may: NotificationPermission) => void] {
  const [may, setMay] = useState<NotificationPermission | "none">(typeof Notification === "undefined" || !isSecureContext ? "none" : Notification.permission);
  useEffect(() => {
    let status: PermissionStatus | undefined;
    const look = () => setMay(Notification.permission);
    if (typeof Notification !== "undefined" && isSecureContext) void navigator.permissions?.query({ name: "notifications" }).then((s) => { status = s; s.addEventListener("change", look); }, () => undefined);
    return () => status?.removeEventListener("change", look);
  }, []);
  return [may, setMay];
}

function tryOne() {
  try {
    new Notification(phrase("This is how it looks"), { body: phrase("Notices of Steward appear here."), tag: "steward-try" });
  } catch {
    say("This browser shows none from a page.");
  }
}

export function Notifications() {
  const me = useMe();
  const choose = useChoose();
  const ways = waysOf(me.choices?.notify);
  const [may, setMay] = useBrowserMay();
  const set = (kind: NewsKind, way: keyof Ways, on: boolean) => void choose("notify", keptOf({ ...ways, [kind]: { ...ways[kind], [way]: on } }));
  const browser = newsKinds.some((k) => ways[k].browser);
  return (
    <section className="block setting" aria-label="Notifications">
      <div><h2 className="h3">Notifications</h2><p className="sub">What you do yourself is never told. Those who follow a ticket get its mail as well, whatever is chosen here.</p></div>
      <div style={{ display: "grid", gap: 12, minWidth: 0 }}>
        <table className="matrix"><thead><tr><th scope="col">When</th>{columns.map(([k, w]) => <th key={k} scope="col">{w}</th>)}</tr></thead>
          <tbody>{newsKinds.map((k) => (
            <tr key={k}><th scope="row"><span className="b5">{words[k][0]}</span><span className="sub">{words[k][1]}</span></th>
              {columns.map(([w, title]) => <td key={w}><Checkbox size="xs" aria-label={`${words[k][0]}: ${title}`} checked={ways[k][w]} onChange={(e) => set(k, w, e.currentTarget.checked)} /></td>)}</tr>
          ))}</tbody>
        </table>
        {newsKinds.some((k) => ways[k].mail) && <div className="row wrap" style={{ gap: 12 }}><span className="t12 m3">Mail comes</span><Choice label="Mail comes" value={(me.choices?.notify_mail || "hourly") as "hourly"} options={mails} onChange={(v) => void choose("notify_mail", v)} /></div>}
        {browser && may === "default" && <p className="banner info"><span className="grow">This browser asks once whether it may show them.</span><Btn small onClick={() => void Notification.requestPermission().then(setMay)}>Let it ask</Btn></p>}
        {browser && may === "denied" && <p className="banner attention"><span className="grow">This browser was told not to show any, so nothing ticked under Browser appears here. Allow notifications for this address in its settings.</span></p>}
        {browser && may === "none" && <p className="banner attention"><span className="grow">{isSecureContext ? "This browser cannot show any." : "A browser shows them only for an address that begins with https."} Nothing ticked under Browser appears here.</span></p>}
        {browser && may === "granted" && <div className="row wrap" style={{ gap: 12 }}><p className="sub grow" style={{ flexBasis: 220 }}>This browser shows them as long as Steward is open in one of its tabs.</p><Btn small onClick={tryOne}>Show one now</Btn></div>}
      </div>
    </section>
  );
}
