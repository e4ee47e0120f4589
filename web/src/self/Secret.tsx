/** A new token's secret, shown this once. */
import { useEffect, useRef, useState } from "react";
import type { Token } from "@/api/types";
import { Btn } from "@/ui/Btn";
import { Tick } from "@/ui/Tag";

export function Secret({ token: t, done }: { token: Token; done: () => void }) {
  const code = useRef<HTMLElement>(null);
  const [copied, setCopied] = useState<"" | "yes" | "by hand">("");
  useEffect(() => code.current?.focus(), []);
  async function copy() {
    try {
      await navigator.clipboard.writeText(t.token ?? "");
      setCopied("yes");
    } catch {
      // Without a secure connection the browser refuses: select it, so that Ctrl C does it.
      getSelection()?.selectAllChildren(code.current!);
      setCopied(/* as is */ "by hand");
    }
  }
  return (
    <div className="banner good" style={{ display: "grid", gap: 8 }} role="status">
      <p><b className="b6">“{t.name}” is made.</b> This is its secret. It is shown once; copy it now and keep it where secrets are kept.</p>
      <p className="secret"><code ref={code} tabIndex={0} className="mono" aria-label="Secret of the new token">{t.token}</code><Btn small onClick={copy}>{copied === "yes" ? <><Tick />Copied</> : "Copy"}</Btn><Btn small kind="quiet" onClick={done}>Done</Btn></p>
      {copied === "by hand" && <p>The browser does not let pages copy here. It is selected: press Ctrl C.</p>}
    </div>
  );
}
