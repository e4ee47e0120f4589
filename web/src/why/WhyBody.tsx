/** An explanation, read from top to bottom as sentences: what, because of what, under which rule, what would have been different. */
import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Why, WhyInterval, WhyLink } from "@/api/types";
import { duration, exact, stamp } from "@/lib/time";
import { plural } from "@/lib/words";
import "./why.css";

export function WhyBody({ why: w }: { why: Why }) {
  return (
    <div className="wb">
      <p className="m2" style={{ marginTop: 6 }}>{w.what}</p>
      {w.because.length > 0 && <><h3>Because</h3>{w.because.map((b, i) => <p key={i}><To link={b.link} text={b.text} />{b.at && <time className="m3 nw" dateTime={b.at} title={exact(b.at)}> {stamp(b.at)}</time>}</p>)}</>}
      {w.intervals && w.intervals.length > 1 && <Intervals of={w.intervals} />}
      {w.rule && (
        <>
          <h3>Rule</h3>
          <p>
            <Link className="link" to={`/configuration/${w.rule.blueprint.kind}/${w.rule.blueprint.name}` as "/tickets"}>{w.rule.blueprint.title}</Link>, version {w.rule.blueprint.version}.
            {w.rule.applied_at && <> Applied {w.rule.applied_by ? `by ${w.rule.applied_by.name} ` : ""}<time dateTime={w.rule.applied_at} title={exact(w.rule.applied_at)}>{stamp(w.rule.applied_at)}</time></>}
            {w.rule.change !== null && <> in <Link className="link" to={`/configuration/changes/${w.rule.change}` as "/tickets"}>change {w.rule.change}</Link></>}
            {(w.rule.applied_at || w.rule.change !== null) && "."}
          </p>
          {w.rule.conditions.length > 0 && <Conditions of={w.rule.conditions} />}
        </>
      )}
      {w.otherwise.length > 0 && <><h3>It would be different if</h3><ul className="else">{w.otherwise.map((o, i, all) => <li key={i}>{i > 0 && "or "}{o.replace(/\.$/, "")}{i + 1 < all.length ? "," : "."}</li>)}</ul></>}
      {w.chain.length > 1 && (
        <details className="chain"><summary className="t12 m2">The chain of events, {w.chain.length} steps</summary>
          <ol>{w.chain.map((c) => <li key={c.event_id}><time className="m3" dateTime={c.at} title={exact(c.at)}>{stamp(c.at)}</time><span>{c.sentence}</span></li>)}</ol>
        </details>
      )}
    </div>
  );
}

const stateWord: Record<WhyInterval["state"], string> = { running: "Ran", paused: "Stood still", ended: "Had ended" };

/** When a clock ran, stood still and had ended, with what began each stretch. */
function Intervals({ of }: { of: WhyInterval[] }) {
  return (
    <details className="chain ivals"><summary className="t12 m2">{plural(of.length, "interval")}, {duration(of.reduce((n, i) => n + i.minutes, 0))} counted</summary>
      <ol>{of.map((i, n) => (
        <li key={n}>
          <span className={`ivdot ${i.state}`} aria-hidden="true" />
          <time className="m3" dateTime={i.from} title={exact(i.from)}>{stamp(i.from)}</time>
          <span>{stateWord[i.state]}{i.state === "running" && <b className="num"> {i.minutes < 1 ? "under 1 min" : duration(i.minutes)}</b>}{i.to === null && i.state !== "ended" && " until now"}. <To link={{ kind: "event", id: i.event_id }} text={i.sentence} /></span>
        </li>
      ))}</ol>
    </details>
  );
}

/** Parts of a condition with the value each saw, true and false ones marked. */
export function Conditions({ of }: { of: { text: string; value: string; held: boolean }[] }) {
  return (
    <ul className="cond">
      {of.map((c, i) => (
        <li key={i}>
          {c.held ? <IconCircleCheck size={16} stroke={1.75} className="good" role="img" aria-label="true" /> : <IconCircleX size={16} stroke={1.75} className="danger" role="img" aria-label="not true" />}
          <span>{c.text}</span><b>{plain(c.value)}</b>
        </li>
      ))}
    </ul>
  );
}

/** Values as the field writes them, made readable: "Europe/New_Place" becomes "New Place". */
const plain = (v: string) => (/^[A-Z]\w+\/[\w/]+$/.test(v) ? v.slice(v.lastIndexOf("/") + 1) : v).replaceAll("_", " ");

function To({ link, text }: { link: WhyLink | null; text: string }) {
  if (!link) return <>{text}</>;
  // A right is explained by roles, which are named without their kind.
  const blueprint = link.name?.includes("/") ? link.name : `role/${link.name}`;
  if (link.kind === "event") return <a className="link" href={`#event-${link.id}`} onClick={(e) => { e.preventDefault(); reveal(link.id!); }}>{text}</a>;
  const to = link.kind === "blueprint" ? `/configuration/${blueprint}` : link.kind === "person" ? `/people/${link.id}` : `/tickets/${link.id}`;
  return <Link className="link" to={to as "/tickets"}>{text}</Link>;
}

/** Scrolls the conversation to an event and marks it for a moment. */
export function reveal(event: number): void {
  const el = document.getElementById(`event-${event}`);
  if (!el) return;
  el.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  el.classList.add("lit");
  setTimeout(() => el.classList.remove("lit"), 1600);
}
