/** The key map: every key that works here, by where it belongs, with the switch for single letters. */
import { FocusTrap, Switch } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { sections as words, useAllCommands } from "@/app/commands";
import { useStored } from "@/lib/store";
import { Btn } from "@/ui/Btn";
import { Keys } from "@/ui/Keys";

export function KeyMap({ close }: { close: () => void }) {
  const all = useAllCommands();
  const go = useNavigate();
  const [singles, setSingles] = useStored("singles", "on");
  const seen = new Set<string>();
  const shown = all.filter((c) => c.keys && !seen.has(c.keys) && seen.add(c.keys));
  const sections = [...new Set(shown.map((c) => c.section))];
  return (
    <FocusTrap active>
      <div className="float-back" onMouseDown={(e) => e.target === e.currentTarget && close()} onKeyDown={(e) => e.key === "Escape" && close()}>
        <div className="float" role="dialog" aria-modal="true" aria-label="Keys" style={{ maxWidth: 720 }}>
          <div className="row wrap" style={{ padding: "14px 20px 0" }}>
            <h2 className="t16 b6" style={{ flex: "1 1 160px" }}>Keys that work here</h2>
            <Switch size="xs" label="Single letters" checked={singles === "on"} onChange={(e) => setSingles(e.currentTarget.checked ? "on" : "off")} />
            <Btn small kind="quiet" onClick={() => { close(); void go({ to: "/help" as never }); }}>Help</Btn>
            <Btn small data-autofocus onClick={close}>Close <kbd>Esc</kbd></Btn>
          </div>
          <div className="scroll" tabIndex={0} role="group" aria-label="All keys"><div className="keymap">
            {sections.map((s) => (
              <section key={s}><h3>{words[s]}</h3><ul>
                {shown.filter((c) => c.section === s).map((c) => <li key={c.id}><span>{c.title}</span><span className="row" style={{ gap: 4 }}>{c.keys.split(", ").map((k) => <Keys key={k} of={k} />)}</span></li>)}
              </ul></section>
            ))}
          </div></div>
        </div>
      </div>
    </FocusTrap>
  );
}
