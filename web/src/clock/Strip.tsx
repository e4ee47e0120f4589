/** The clock strip: one row per clock over one axis, with the reason of each a click away. */
import { IconAlertTriangle, IconCheck, IconClock, IconPlayerPause } from "@tabler/icons-react";
import type { Clock } from "@/api/types";
import { useElementSize } from "@mantine/hooks";
import { useState } from "react";
import { useNow } from "@/lib/useNow";
import { clockTime, fmt, timeZone, zoneName } from "@/lib/time";
import { leadingClock, metricWord, plural } from "@/lib/words";
import type { WhyState } from "@/why/useWhy";
import { rows } from "./current";
import { frac, offsetOf, ticks, unite } from "./geometry";
import { Track } from "./Track";
import { advance, clockPhrase } from "./words";
import "./clock.css";

const icon = (c: Clock, tone: string) => {
  const p = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
  if (tone === "danger") return <IconAlertTriangle {...p} />;
  if (tone === "good") return <IconCheck {...p} />;
  return c.state === "paused" ? <IconPlayerPause {...p} /> : <IconClock {...p} />;
};

export function Strip({ clocks: read, readAt, why }: { clocks: Clock[]; readAt: number; why: WhyState }) {
  const now = useNow();
  const [all, setAll] = useState(false);
  const live = read.map((c) => advance(c, readAt, now));
  const { rows: clocks, folded, late } = rows(live, all);
  const foldable = all ? rows(live, false).folded.length > 0 : folded.length > 0;
  const win = unite(clocks, now);
  const lead = leadingClock(clocks);
  const tz = timeZone();
  const { ref, width } = useElementSize();
  const marks = ticks(win, Math.max(2, Math.floor((width || 560) / 76)), offsetOf(win.from, tz));
  const room = 46 / (width || 560);
  const nowX = frac(now, win);
  const showNow = now > win.from && now < win.to;
  return (
    <section className={all ? "strip all" : "strip"} aria-label="Clocks">
      <div className="clks">
      {clocks.map((c) => {
        const phrase = clockPhrase(c, now);
        const main = c === lead;
        const newest = live.every((o) => o.metric !== c.metric || o.id <= c.id);
        const id = newest ? undefined : c.id;
        const on = why.at?.kind === "clock" && why.at.metric === c.metric && why.at.id === id;
        return (
          <div key={c.id} className={main ? "clk" : "clk other"}>
            <span className={main ? "b5" : "m2"}>{metricWord[c.metric]}</span>
            <Track clock={c} win={win} now={now} label={`${metricWord[c.metric]}: ${phrase.text}`} />
            <span className={`row ${phrase.tone} ${main && phrase.tone === "danger" ? "b5" : ""}`} style={{ gap: 5 }}>
              {icon(c, phrase.tone)}
              <button type="button" className={`why cut${on ? " on" : ""}`} aria-expanded={on} title={phrase.text} onClick={() => (on ? why.close() : why.open({ kind: "clock", metric: c.metric, id }))}>{phrase.text}</button>
            </span>
          </div>
        );
      })}
      </div>
      <div className="clk axisrow">
        {foldable ? <button type="button" className={late > 0 ? "earlier danger" : "earlier"} aria-expanded={all} onClick={() => setAll(!all)}>{all ? "Fewer clocks" : `${plural(folded.length, "more clock")}${late > 0 ? `, ${late} late` : ""}`}</button> : <span />}
        <div className="axis" aria-hidden="true" ref={ref}>
          {marks.filter((m) => !showNow || Math.abs(m.x - nowX) > room).map((m) => (
            <span key={m.at} style={{ left: `${m.x * 100}%`, transform: m.x < 0.03 ? "none" : m.x > 0.97 ? "translateX(-100%)" : undefined }}>{m.step >= 86_400_000 ? fmt(m.at, { day: "numeric", month: "short" }) : m.step >= 21_600_000 && clockTime(m.at) === "00:00" ? fmt(m.at, { weekday: "short", day: "numeric" }) : clockTime(m.at)}</span>
          ))}
          {showNow && <span className="n" style={{ left: `${nowX * 100}%`, transform: nowX > 0.96 ? "translateX(-100%)" : undefined }}>{clockTime(now)}</span>}
        </div>
        <span className="m3" style={{ fontSize: 11 }}>Times in {zoneName(now)}</span>
      </div>
    </section>
  );
}
