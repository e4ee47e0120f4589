/** A look into a file: its lines with numbers, words found in it, the members of an archive. Text only, page by page. */
import { IconArrowDown, IconArrowUp, IconDownload, IconFileText, IconFileZip, IconFolder, IconX } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { sentenceOf } from "@/api/error";
import { fileMatchesQuery, fileMembersQuery, filePagesQuery } from "@/api/query";
import type { Attachment, FilePlace } from "@/api/types";
import { phrase } from "@/language/phrase";
import { bytes } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Failure, Skel } from "@/ui/State";
import "./preview.css";

const i = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
const start: FilePlace = { offset: 0, line: 0 };

interface Props { file: Pick<Attachment, "id" | "filename" | "size">; member: string; open: (member: string) => void; close: () => void }
export function Preview({ file, member, open, close }: Props) {
  const list = useQuery(fileMembersQuery(file.id));
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => { title.current?.focus({ preventScroll: true }); }, [file.id]);
  const l = list.data;
  return (
    <section className="preview" aria-label={`Look into ${file.filename}`} onKeyDown={(e) => {
      if (e.key === "Escape" && !e.defaultPrevented) { e.stopPropagation(); if (member && l?.kind === "archive") open(""); else close(); }
    }}>
      <header className="row">
        <h2 ref={title} tabIndex={-1} className="b6 t14 grow cut" style={{ outline: "none" }} title={file.filename}>{file.filename}{member && <span className="m2"> › {member}</span>}</h2>
        <span className="m3 t12 nw wide">{bytes(file.size)}</span>
        <a className="btn sm quiet icon" href={`/api/v1/files/${file.id}`} download={file.filename} aria-label={`Download ${file.filename}`} title="Download"><IconDownload {...i} /></a>
        <Btn small kind="quiet" tip="Close" keys="escape" icon={<IconX {...i} />} onClick={close} />
      </header>
      {list.isPending && <div style={{ padding: 16 }}><Skel w="60%" /><Skel w="80%" style={{ marginTop: 8 }} /><Skel w="40%" style={{ marginTop: 8 }} /></div>}
      {list.isError && <Failure what="The file" error={list.error} retry={() => list.refetch()} />}
      {l?.kind === "other" && <p className="m2 note">{l.reason || "There is nothing to show of this file."} Download it to open it.</p>}
      {l?.kind === "archive" && !member && <Members list={l} open={open} />}
      {l && (l.kind === "text" || (l.kind === "archive" && member)) && <Lines key={member} id={file.id} member={member} back={l.kind === "archive" ? () => open("") : undefined} />}
    </section>
  );
}

function Members({ list, open }: { list: { members: { name: string; size: number; folder: boolean; readable: boolean }[]; more: boolean; reason: string }; open: (m: string) => void }) {
  const [text, setText] = useState("");
  const found = list.members.filter((m) => m.name.toLowerCase().includes(text.toLowerCase()));
  return (
    <>
      <div className="peekbar"><input className="grow" placeholder="Find a member" aria-label="Find a member" value={text} onChange={(e) => setText(e.target.value)} /><span className="m3 t12 nw">{list.more ? `the first ${list.members.length}` : `${list.members.length} members`}</span></div>
      <ul className="scroll members">
        {found.slice(0, 500).map((m, n) => (
          <li key={n}>
            {m.folder ? <IconFolder {...i} className="m3" /> : <IconFileText {...i} className="m3" />}
            {m.readable ? <button type="button" className="link in cut" onClick={() => open(m.name)}>{m.name}</button> : <span className="cut m2">{m.name}</span>}
            {!m.folder && <span className="m3 t12 nw tnum">{bytes(m.size)}</span>}
          </li>
        ))}
        {found.length === 0 && <li className="m3">{list.members.length ? "Nothing matches" : "The archive is empty"}</li>}
        {found.length > 500 && <li className="m3">Type to find among {found.length - 500} more</li>}
      </ul>
      {list.reason && <p className="m2 note">{list.reason}</p>}
    </>
  );
}

function Lines({ id, member, back }: { id: number; member: string; back?: () => void }) {
  const [from, setFrom] = useState<FilePlace>(start);
  const [text, setText] = useState("");
  const [words, setWords] = useState("");
  const [hit, setHit] = useState(0);
  const pages = useInfiniteQuery(filePagesQuery(id, member, from));
  const found = useQuery({ ...fileMatchesQuery(id, member, words), enabled: words !== "" });
  const box = useRef<HTMLDivElement>(null);
  const hits = found.data?.hits ?? [];
  const lines = pages.data?.pages.flatMap((p) => p.lines) ?? [];
  const last = pages.data?.pages.at(-1);
  const marked = words ? hits[hit]?.n : undefined;
  const go = (n: number) => {
    const h = hits[n];
    if (!h) return;
    setHit(n);
    // A line that is loaded is scrolled to; others are read from there.
    if (!lines.some((l) => l.n === h.n)) setFrom(h.at);
  };
  const first = hits[0]?.n;
  useEffect(() => { if (first !== undefined) go(0); }, [first]); // eslint-disable-line react-hooks/exhaustive-deps
  useEffect(() => { box.current?.querySelector("[data-marked]")?.scrollIntoView({ block: "center" }); }, [marked, from, pages.dataUpdatedAt]);
  return (
    <>
      <div className="peekbar">
        {back && <Btn small kind="quiet" icon={<IconFileZip {...i} />} onClick={back}>{phrase("Members", "of an archive")}</Btn>}
        <input className="grow" placeholder="Find in the file, then Enter" aria-label="Find in the file" value={text} onChange={(e) => { setText(e.target.value); if (!e.target.value) setWords(""); }}
          onKeyDown={(e) => {
            if (e.key === "Enter") { e.preventDefault(); if (text !== words) { setHit(0); setWords(text); } else go((hit + (e.shiftKey ? hits.length - 1 : 1)) % Math.max(1, hits.length)); }
            if (e.key === "Escape" && text) { e.preventDefault(); e.stopPropagation(); setText(""); setWords(""); }
          }} />
        {words && <span className="m2 t12 nw" role="status">{found.isPending ? "Looking" : found.isError ? sentenceOf(found.error) : hits.length ? `${hit + 1} of ${hits.length}${found.data?.more ? "+" : ""}` : "Not found"}</span>}
        {hits.length > 1 && <><Btn small kind="quiet" tip="The one before" icon={<IconArrowUp {...i} />} onClick={() => go((hit + hits.length - 1) % hits.length)} /><Btn small kind="quiet" tip="The next one" icon={<IconArrowDown {...i} />} onClick={() => go((hit + 1) % hits.length)} /></>}
        {from.offset > 0 && <Btn small kind="quiet" onClick={() => { setWords(""); setText(""); setFrom(start); }}>From the beginning</Btn>}
      </div>
      <div className="scroll lines" ref={box} tabIndex={0} aria-label="Content" onScroll={(e) => {
        const el = e.currentTarget;
        if (el.scrollHeight - el.scrollTop - el.clientHeight < 800 && pages.hasNextPage && !pages.isFetchingNextPage) void pages.fetchNextPage();
      }}>
        {pages.isPending && <div style={{ padding: 12 }}><Skel w="70%" /><Skel w="50%" style={{ marginTop: 8 }} /></div>}
        {pages.isError && !pages.data && <Failure what="The text" error={pages.error} retry={() => pages.refetch()} />}
        {lines.length > 0 && <ol>{lines.map((l) => <li key={l.n} data-marked={l.n === marked || undefined}><span className="n" aria-hidden>{l.n}</span><span>{mark(l.text, words)}{l.cut && <span className="m3"> …</span>}</span></li>)}</ol>}
        {pages.data && lines.length === 0 && <p className="m3 note">{last?.reason || "The file is empty."}</p>}
        {pages.isFetchingNextPage && <p className="m3 note">Loading</p>}
        {pages.isError && pages.data && <p className="note"><Btn small onClick={() => void pages.fetchNextPage()}>Try again</Btn></p>}
        {last?.reason && lines.length > 0 && <p className="m2 note">{last.reason}</p>}
      </div>
      {last && <footer className="m3 t12">{last.encoding}{pages.hasNextPage ? ", more below" : ", to the end"}</footer>}
    </>
  );
}

/** The text with the words that were looked for marked in it. */
function mark(text: string, words: string): ReactNode {
  if (!words) return text;
  const at = text.toLowerCase().indexOf(words.toLowerCase());
  if (at < 0) return text;
  return <>{text.slice(0, at)}<mark>{text.slice(at, at + words.length)}</mark>{mark(text.slice(at + words.length), words)}</>;
}
