/** The words of a new ticket, written as they will look. */
import { useRef, useState } from "react";
import { Marks } from "@/composer/Toolbar";
import { Writing, type Field } from "@/composer/Writing";
import "@/composer/composer.css";

interface Props { text: string; onText: (text: string) => void; onLeave: () => void; error: string | null }
export function Words({ text, onText, onLeave, error }: Props) {
  const field = useRef<Field>(null);
  const [marks, setMarks] = useState("");
  const [rich, setRich] = useState(false);
  return (
    <div>
      <p className="mantine-InputWrapper-label" style={{ fontSize: 12 }} aria-hidden>What they ask</p>
      <div className={error ? "boxed bad" : "boxed"} onBlur={(e) => { if (!e.currentTarget.contains(e.relatedTarget)) onLeave(); }}>
        <Writing ref={field} text={text} names={false} label="What they ask" placeholder="" rows={5} most={20} onText={onText} onFiles={() => {}} onMarks={setMarks} onWay={setRich} />
        <Marks rich={rich} on={marks} mark={(m) => field.current?.mark(m)} link={(h) => field.current?.link(h)} href={() => field.current?.href() ?? null} />
      </div>
      {error && <p className="danger t12" role="alert">{error}</p>}
    </div>
  );
}
