/** Attach, and the marks of a text: a row of its own that can be folded away. */
import { Popover, TextInput } from "@mantine/core";
import { IconBlockquote, IconBold, IconCloudUpload, IconCode, IconH2, IconItalic, IconLink, IconList, IconListNumbers, IconMarkdown, IconPaperclip, IconSourceCode, IconStrikethrough, IconTypography } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useStored } from "@/lib/store";
import { Btn } from "@/ui/Btn";
import type { Mark } from "./markdown";

const p = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
const marks: [Mark, string, React.ReactNode, string?][] = [
  ["bold", "Bold", <IconBold {...p} />, "mod+b"], ["italic", "Italic", <IconItalic {...p} />, "mod+i"], ["strike", "Strike through", <IconStrikethrough {...p} />],
  ["code", "Code", <IconCode {...p} />], ["block", "Lines of code", <IconSourceCode {...p} />], ["list", "List", <IconList {...p} />], ["numbers", "Numbered list", <IconListNumbers {...p} />],
  ["quote", "Quote", <IconBlockquote {...p} />], ["heading", "Heading", <IconH2 {...p} />],
];
/** Whether the row of marks shows; it does from the start where there is room for it. */
export const useMarksRow = (): [boolean, (on: boolean) => void] => {
  const [row, setRow] = useStored("marks", innerWidth > 600 ? "on" : "off");
  return [row === "on", (on) => setRow(on ? "on" : "off")];
};

interface Props { attach: (f: Iterable<File>) => void; /** Puts an upload link into the words; left out where none can be made. */ link?: () => void; linking: boolean }
export function Toolbar({ attach, link, linking }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [row, setRow] = useMarksRow();
  return (
    <div className="row" role="toolbar" aria-label="Add" style={{ gap: 0 }}>
      <Btn small kind="quiet" tip="Attach files" icon={<IconPaperclip {...p} />} onClick={() => input.current?.click()} />
      <input ref={input} type="file" multiple hidden onChange={(e) => { attach([...(e.target.files ?? [])]); e.target.value = ""; }} />
      {link && <Btn small kind="quiet" tip="Insert an upload link for large files" busy={linking} icon={<IconCloudUpload {...p} />} onMouseDown={(e) => e.preventDefault()} onClick={link} />}
      <Btn small kind="quiet" className="wide" tip={row ? "Hide the marks" : "Show the marks"} aria-pressed={row} icon={<IconTypography {...p} />} onMouseDown={(e) => e.preventDefault()} onClick={() => setRow(!row)} />
    </div>
  );
}

interface MarksProps { rich: boolean; /** Which hold at the caret, by name. */ on: string; mark: (m: Mark) => void; link: (href: string | null) => void; href: () => string | null }
export function Marks({ rich, on, mark, link, href }: MarksProps) {
  const [way, setWay] = useStored("writing", "rich");
  const [asks, setAsks] = useState<string | null>(null);
  const holds = on.split(",");
  const done = (to: string | null) => { setAsks(null); link(to); };
  return (
    <div className="marks" role="toolbar" aria-label="Marks">
      {marks.map(([m, name, icon, keys]) => <Btn key={m} small kind="quiet" tip={name} keys={keys} icon={icon} aria-pressed={rich ? holds.includes(m) : undefined} onMouseDown={(e) => e.preventDefault()} onClick={() => mark(m)} />)}
      <Popover opened={asks !== null} onChange={(o) => !o && setAsks(null)} position="top" width={300} trapFocus returnFocus={false} withRoles={false}>
        <Popover.Target><Btn small kind="quiet" tip="Link" icon={<IconLink {...p} />} aria-pressed={rich ? holds.includes("link") : undefined} onMouseDown={(e) => e.preventDefault()} onClick={() => (rich ? setAsks(href() ?? "") : mark("link"))} /></Popover.Target>
        <Popover.Dropdown>
          <form className="row" style={{ gap: 6, padding: 6 }} onSubmit={(e) => { e.preventDefault(); e.stopPropagation(); done(asks?.trim() ? whole(asks.trim()) : null); }} onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); setAsks(null); } }}>
            <TextInput className="grow" aria-label="Address of the link" placeholder="https://" value={asks ?? ""} onChange={(e) => setAsks(e.currentTarget.value)} data-autofocus autoComplete="off" spellCheck={false} />
            <Btn small type="submit">{href() && !asks?.trim() ? "Remove" : "Link"}</Btn>
          </form>
        </Popover.Dropdown>
      </Popover>
      <span className="grow" />
      <Btn small kind="quiet" tip={way === "rich" ? "Write in Markdown" : "Write as it will look"} aria-pressed={way !== "rich"} icon={<IconMarkdown {...p} />} onMouseDown={(e) => e.preventDefault()} onClick={() => setWay(way === "rich" ? "plain" : "rich")} />
    </div>
  );
}

const whole = (a: string) => (/^(https?:|mailto:)/i.test(a) ? a : a.includes("@") && !a.includes("/") ? `mailto:${a}` : `https://${a}`);
