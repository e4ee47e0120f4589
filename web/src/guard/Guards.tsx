/** What guards say before a change is made: their sentence, what they looked at, and the way on when they only ask. */
import { IconShieldQuestion, IconShieldX } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Guard } from "@/api/types";
import { Btn } from "@/ui/Btn";
import { Conditions } from "@/why/WhyBody";

interface Props { guards: Guard[]; /** What has not happened: "Not sent." */ what: string; /** Words of the button that goes on. */ on: string; goOn: () => void; leave: () => void }

export function Guards({ guards, what, on, goOn, leave }: Props) {
  const stops = guards.some((g) => g.mode === "stop");
  return (
    <div className={`guards banner ${stops ? "danger" : "attention"}`} role="alert" style={{ alignItems: "flex-start", flexWrap: "wrap", margin: "4px 12px" }}>
      <span className={stops ? "danger" : "attention"}>{stops ? <IconShieldX size={16} stroke={1.75} aria-hidden /> : <IconShieldQuestion size={16} stroke={1.75} aria-hidden />}</span>
      <div className="grow" style={{ flexBasis: 220, minWidth: 0 }}>
        <b className="b6">{what}</b>
        {guards.map((g) => (
          <div key={g.name} style={{ marginTop: 2 }}>
            <p>{g.say}</p>
            {g.why && <details>
              <summary className="t12 m2" style={{ cursor: "pointer" }}>Why it says so</summary>
              <Conditions of={g.conditions} />
              <p className="m3">Guard <Link className="link in" to={`/configuration/guard/${g.name}` as "/tickets"}>{g.title}</Link></p>
            </details>}
          </div>
        ))}
      </div>
      <span className="row" style={{ gap: 8 }}>
        <Btn small kind={stops ? "plain" : "pri"} onClick={leave} autoFocus>Go back</Btn>
        {!stops && <Btn small onClick={goOn}>{on}</Btn>}
      </span>
    </div>
  );
}
