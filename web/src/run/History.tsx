/** What happened to a run, the newest first: when, who or what did it, because of what. */
import { Menu } from "@mantine/core";
import { IconDownload, IconHistory } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { url } from "@/api/client";
import type { RunLine } from "@/api/run";
import type { ID } from "@/api/types";
import { openReason } from "@/frame/panels";
import { Btn } from "@/ui/Btn";
import { More } from "@/ui/More";
import { Empty, Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { RunFiles } from "./Given";
import { runHistoryQuery } from "./query";

export default function History({ id }: { id: ID }) {
  const query = useInfiniteQuery(runHistoryQuery(id));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const file = (format: "xlsx" | "csv", word: string) => <Menu.Item component="a" href={url(`/runs/${id}/history/export`, { format })} download>{word}</Menu.Item>;
  if (query.isError && !query.data) return <Failure what="The history" error={query.error} retry={() => query.refetch()} />;
  return (
    <section aria-label="History" className="runpast">
      <div className="row" style={{ gap: 8 }}><p className="sub grow">Every change of this run and its steps, the newest first.</p>
        <Menu position="bottom-end" withinPortal><Menu.Target><Btn small icon={<IconDownload size={16} stroke={1.75} aria-hidden />}>Export</Btn></Menu.Target><Menu.Dropdown>{file("xlsx", "For a spreadsheet (XLSX)")}{file("csv", "As text (CSV)")}</Menu.Dropdown></Menu></div>
      {query.isPending && <div aria-busy="true">{[62, 48, 70, 55].map((w) => <Skel key={w} w={`${w}%`} h={14} style={{ display: "block", margin: "16px 0" }} />)}</div>}
      {query.isSuccess && rows.length === 0 && <Empty icon={<IconHistory size={20} stroke={1.75} aria-hidden />} title="Nothing yet">What happens to the run appears here.</Empty>}
      <ol>{rows.map((l) => <Line key={l.id} line={l} />)}</ol>
      <More query={query} />
    </section>
  );
}

function Line({ line: l }: { line: RunLine }) {
  return (
    <li className="row">
      <When at={l.at} as="stamp" className="m3 t12 tn" />
      <span className="grow" style={{ minWidth: 0 }}><span className="break">{l.says}</span>{l.files.length > 0 && <RunFiles files={l.files} />}<span className="sub block-sub break">{l.by}{l.because && <>, because: {l.because}</>}</span></span>
      <button type="button" className="link t12" aria-label={`Why: ${l.says}`} onClick={() => openReason(`/events/${l.id}/why`)}>Why?</button>
    </li>
  );
}
