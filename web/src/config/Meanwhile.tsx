/** Somebody else applied a newer version while this text was worked on: what each changed, and both together. Nothing is lost. */
import { useMemo, useState } from "react";
import type { BlueprintDetail } from "@/api/configuration";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { say } from "@/ui/notify";
import { Warn } from "@/ui/Tag";
import { Diff } from "./Diff";
import { bring, isClash, settled } from "./merge";
import type { Work } from "./useWork";

export function Meanwhile({ b, work }: { b: BlueprintDetail; work: Work }) {
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<Record<number, "mine" | "theirs">>({});
  const parts = useMemo(() => bring(work.base.text, work.text, b.text), [work.base.text, work.text, b.text]);
  const clashes = parts.filter(isClash);
  const v = b.versions[0];
  function take(text: string, said: string) {
    const before = { base: work.base, text: work.text };
    work.setBase({ version: b.version, text: b.text });
    work.setText(text);
    work.setPlan(null);
    say(said, () => { work.setBase(before.base); work.setText(before.text); });
  }
  return (
    <section className="banner attention meanwhile" role="alert">
      <div className="row wrap" style={{ gap: 8 }}>
        <span className="attention"><Warn /></span>
        <span className="grow"><b className="b6">{v?.by?.name ?? "Somebody"} applied version {b.version} while you worked on version {work.base.version}.</b> {v?.message && `“${v.message.split("\n")[0]}”. `}Your text is kept. {clashes.length ? `In ${clashes.length === 1 ? "one place" : `${clashes.length} places`} you both changed the same lines.` : "You changed different lines, so both fit together."}</span>
        <Btn small aria-expanded={open} onClick={() => setOpen(!open)}>{open ? "Hide" : "See both"}</Btn>
        <Btn small onClick={() => take(b.text, "Their text is in the editor.")}>Take theirs</Btn>
        <Btn small kind="pri" onClick={() => (clashes.length && !open ? setOpen(true) : take(settled(parts, (n) => chosen[n] ?? "mine"), "Both changes are in the text."))}>{clashes.length && !open ? "Settle them" : "Bring together"}</Btn>
      </div>
      {open && <>
        {clashes.map((c, i) => (
          <div key={i} className="clash">
            <Choice label={`Place ${i + 1}: whose lines`} value={chosen[i] ?? "mine"} options={[["mine", "Mine"], ["theirs", "Theirs"]]} onChange={(x) => setChosen((o) => ({ ...o, [i]: x }))} />
            <div className="sides"><pre className={chosen[i] === "theirs" ? "" : "on"}>{c.mine || "(nothing)"}</pre><pre className={chosen[i] === "theirs" ? "on" : ""}>{c.theirs || "(nothing)"}</pre></div>
          </div>
        ))}
        <div className="sides"><div><p className="b5">What they changed</p><Diff before={work.base.text} after={b.text} /></div><div><p className="b5">What you changed</p><Diff before={work.base.text} after={work.text} /></div></div>
      </>}
    </section>
  );
}
