/** Why something was refused, in a panel that floats over what one was doing. */
import { FocusTrap } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { whyQuery } from "@/api/query";
import { Btn } from "@/ui/Btn";
import { Failure, Skel } from "@/ui/State";
import { WhyBody } from "./WhyBody";

export function Reason({ path, close }: { path: string; close: () => void }) {
  const why = useQuery(whyQuery(path));
  const w = why.data;
  const at = useLocation({ select: (l) => l.href });
  const from = useRef(at);
  // A link in the explanation leads away from it.
  useEffect(() => { if (at !== from.current) close(); }, [at, close]);
  return (
    <FocusTrap active>
      <div className="float-back" onMouseDown={(e) => e.target === e.currentTarget && close()} onKeyDown={(e) => e.key === "Escape" && close()}>
        <div className="float" role="dialog" aria-modal="true" aria-label="Why" style={{ maxWidth: 520 }}>
          <div className="row" style={{ padding: "14px 20px 0" }}>
            <h2 className="t16 b6 grow">{w?.title ?? (why.isError ? "Why" : <><span className="sr">Looking up why</span><Skel w={220} h={16} /></>)}</h2>
            <Btn small data-autofocus onClick={close}>Close <kbd>Esc</kbd></Btn>
          </div>
          <div className="scroll" style={{ padding: "4px 20px 20px" }}>
            {why.isPending && <><Skel w="40%" style={{ marginTop: 12 }} /><Skel w="92%" style={{ marginTop: 12 }} /><Skel w="70%" style={{ marginTop: 8 }} /></>}
            {why.isError && <Failure what="The reason" error={why.error} retry={() => why.refetch()} />}
            {w && <WhyBody why={w} />}
          </div>
        </div>
      </div>
    </FocusTrap>
  );
}
