/** One message or internal note: who, how, when; the words; files; whether it arrived. */
import { IconAlertTriangle, IconBook, IconDots, IconDownload, IconFileText, IconLock, IconPhoto } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { lazy, memo, Suspense, useContext, useState } from "react";
import type { Attachment, CommentEntry, EventEntry, ID } from "@/api/types";
import { Picking } from "@/fate/act";
import { bytes, channelWord } from "@/lib/words";
import { peekable, useFile } from "@/preview/useFile";
import { Avatar } from "@/ui/Avatar";
import { Tag } from "@/ui/Tag";
import { When } from "@/ui/When";
import type { WhyState } from "@/why/useWhy";
import { DeliveryLine } from "./DeliveryLine";
import { withText } from "./fold";
import { hasRemote, Html } from "./Html";

const CopyThem = lazy(() => import("./CopyThem").then((m) => ({ default: m.CopyThem })));
const Traces = lazy(() => import("./Traces").then((m) => ({ default: m.Traces })));
/** Files that may be logs of strace; the server looks into them. */
const maybe = (f: Attachment) => !f.inline && f.size >= 40 && /^text\/|gzip|zstd|octet-stream/.test(f.content_type);

/** Longer messages may go on over the next sheet of paper. */
const LONG = 1500;

interface Props { ticket: ID; comment: CommentEntry; with: EventEntry[]; why: WhyState }
export const Message = memo(function Message({ ticket, comment: c, with: acts, why }: Props) {
  const [older, setOlder] = useState(false);
  const [remote, setRemote] = useState(false);
  const picking = useContext(Picking);
  const pick = picking && c.public && !c.author.agent ? picking : null;
  const files = c.attachments.filter((a) => !a.inline);
  const how = c.author.agent ? "" : channelWord[c.channel] ?? "";
  return (
    <article className={`${c.public ? "msg" : "msg note"}${c.text.length > LONG ? " long" : ""}`} id={`event-${c.event_id}`} aria-label={`${c.public ? "Message" : "Internal note"} by ${c.author.name}`}>
      {pick ? <input type="checkbox" className="pickbox" aria-label={`Take the message of ${c.author.name}`} checked={pick.ids.has(c.id)} onChange={() => pick.toggle(c.id)} /> : <Avatar id={c.author.id} name={c.author.name} />}
      <div className="grow">
        <div className="who">
          <span className="b6 cut" dir="auto">{c.author.name}</span>
          {!c.public && !c.outsider && <span className="t12 attention b5 row" style={{ gap: 4 }}><IconLock size={16} stroke={1.75} aria-hidden />Internal note</span>}
          {c.outsider && <span className="tag attention" title="They answered without being on the ticket, so only colleagues see it. Copy them to let them take part.">Somebody who is not on this ticket</span>}
          {c.outsider && <Suspense><CopyThem who={c.author} /></Suspense>}
          {c.automatic && <span className="tag">Automatic answer</span>}
          {c.split_off?.map((id) => <Link key={id} className="link t12" to={`/tickets/${id}` as "/tickets"}>Split off to ticket {id}</Link>)}
          <span className="t12 m3 break">{how && `${how}, `}<When at={c.at} as="stamp" />{acts.length > 0 && ", "}
            {acts.map((a, i) => <span key={a.id}>{i > 0 && ", "}{a.why ? <button type="button" className="why" onClick={() => why.open({ kind: "event", id: a.id })}>{withText(a)}</button> : withText(a)}</span>)}
          </span>
        </div>
        {c.mail?.warning && <p className="deliv attention" style={{ margin: "2px 0 4px" }} title={c.mail.findings || undefined}><IconAlertTriangle size={14} stroke={1.75} aria-hidden /><span>{c.mail.warning} <Link className="link b5" to={`/mail/received/${c.mail.id}` as "/tickets"}>Look at the mail</Link></span></p>}
        <div className="txt">{c.html ? <Html html={c.html} remote={remote} /> : <p dir="auto" style={{ whiteSpace: "pre-wrap" }}>{c.text}</p>}</div>
        {!remote && (hasRemote(c.html) || (older && hasRemote(c.quoted_html))) && <button type="button" className="mini" onClick={() => setRemote(true)}><IconPhoto size={14} stroke={1.75} aria-hidden />Show remote images</button>}
        {c.quoted_html && (
          <>
            <button type="button" className="mini" aria-expanded={older} onClick={() => setOlder(!older)}><IconDots size={14} stroke={1.75} aria-hidden />{older ? "Hide earlier messages" : "Show earlier messages"}</button>
            {older && <div className="quoted"><Html html={c.quoted_html} remote={remote} /></div>}
          </>
        )}
        {files.length > 0 && <div className="row wrap" style={{ gap: 6, marginTop: 8 }}>{files.map((f) => <File key={f.id} file={f} />)}</div>}
        {files.some(maybe) && <Suspense><Traces ticket={ticket} files={files.filter(maybe)} /></Suspense>}
        {(c.copies ?? []).length > 0 && <p className="t12 m3" style={{ marginTop: 4 }} title={c.copies!.map((p) => p.email ?? p.name).join(", ")}>Copies to {c.copies!.length <= 4 ? c.copies!.map((p) => p.name).join(", ") : `${c.copies!.slice(0, 3).map((p) => p.name).join(", ")} and ${c.copies!.length - 3} others`}</p>}
        {(c.docs ?? []).length > 0 && <DocsMark pages={c.docs!} />}
        {c.delivery && <DeliveryLine delivery={c.delivery} />}
      </div>
    </article>
  );
});

/** A reply that answered with documentation says so, and with which pages. */
function DocsMark({ pages }: { pages: string[] }) {
  return (
    <p className="t12 m2 row wrap docsmark" style={{ gap: "2px 6px", marginTop: 4 }}>
      <Tag meaning="info" icon={<IconBook size={14} stroke={1.75} aria-hidden />}>Answered with documentation</Tag>
      {pages.slice(0, 3).map((url) => <a key={url} className="link cut" href={url} target="_blank" rel="noreferrer noopener" title={url}>{url.replace(/^https?:\/\//, "")}</a>)}
      {pages.length > 3 && <span className="m3">and {pages.length - 3} more</span>}
    </p>
  );
}

function File({ file }: { file: Attachment }) {
  const peek = useFile();
  if (peekable(file))
    return (
      <span className="att pair">
        <button type="button" onClick={() => peek.open(file.id)} title={`Look into ${file.filename}, ${bytes(file.size)}`}><IconFileText size={16} stroke={1.75} aria-hidden /><span className="cut">{file.filename}</span><span className="m3 nw">{bytes(file.size)}</span></button>
        <a href={`/api/v1/files/${file.id}`} download={file.filename} aria-label={`Download ${file.filename}`} title="Download"><IconDownload size={14} stroke={1.75} aria-hidden /></a>
      </span>
    );
  return (
    <a className="att" href={`/api/v1/files/${file.id}`} download={file.filename} title={`${file.filename}, ${bytes(file.size)}`}>
      <IconFileText size={16} stroke={1.75} aria-hidden /><span className="cut">{file.filename}</span><span className="m3 nw">{bytes(file.size)}</span>
    </a>
  );
}
