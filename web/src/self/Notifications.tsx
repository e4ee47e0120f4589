/** What one is told of, and how: in the workspace, by mail, by the browser. */
import { Checkbox } from "@mantine/core";
import { useState } from "react";
import { useMe } from "@/app/session";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
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
  health: ["Colour of an account", "one that I look after or follow changes its colour, as the notices of the configuration say"],
  stock: ["Codes run low", "a pool of my team has fewer codes than will be needed"],
};
const columns: [keyof Ways, string][] = [["app", "Workspace"], ["mail", "Mail"], ["browser", "Browser"]];
const mails = [["now", "At once"], ["hourly", "Each hour"], ["daily", "Each morning at 8"]] as const;

export function Notifications() {
  const me = useMe();
  const choose = useChoose();
  const ways = waysOf(me.choices?.notify);
  const [may, setMay] = useState(typeof Notification === "undefined" ? "denied" : Notification.permission);
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
        {browser && may === "denied" && <p className="sub">This browser was told not to show any. Allow notifications for this address in its settings.</p>}
      </div>
    </section>
  );
}
