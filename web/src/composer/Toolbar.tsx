/** Attach, and the few marks of Markdown. */
import { IconBold, IconCloudUpload, IconCode, IconItalic, IconLink, IconList, IconPaperclip } from "@tabler/icons-react";
import { useRef } from "react";
import { Btn } from "@/ui/Btn";
import type { Mark } from "./markdown";

const p = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
const marks: [Mark, string, React.ReactNode, string?][] = [
  ["bold", "Bold", <IconBold {...p} />, "mod+b"], ["italic", "Italic", <IconItalic {...p} />, "mod+i"], ["code", "Code", <IconCode {...p} />],
  ["list", "List", <IconList {...p} />], ["link", "Link", <IconLink {...p} />],
];
interface Props { mark: (m: Mark) => void; attach: (f: Iterable<File>) => void; /** Puts an upload link into the words; left out where none can be made. */ link?: () => void; linking: boolean }
export function Toolbar({ mark, attach, link, linking }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="row" role="toolbar" aria-label="Writing" style={{ gap: 0 }}>
      <Btn small kind="quiet" tip="Attach files" icon={<IconPaperclip {...p} />} onClick={() => input.current?.click()} />
      <input ref={input} type="file" multiple hidden onChange={(e) => { attach([...(e.target.files ?? [])]); e.target.value = ""; }} />
      {link && <Btn small kind="quiet" tip="Insert an upload link for large files" busy={linking} icon={<IconCloudUpload {...p} />} onMouseDown={(e) => e.preventDefault()} onClick={link} />}
      {marks.map(([m, name, icon, keys]) => <Btn key={m} small kind="quiet" className="wide" tip={name} keys={keys} icon={icon} onMouseDown={(e) => e.preventDefault()} onClick={() => mark(m)} />)}
    </div>
  );
}
