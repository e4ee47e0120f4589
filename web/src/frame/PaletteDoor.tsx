/** The palette until it is there: what is typed meanwhile is what it begins with. */
import { typed } from "./panels";

export function PaletteDoor({ close }: { close: () => void }) {
  return (
    <div className="float-back" onMouseDown={(e) => e.target === e.currentTarget && close()}>
      <div className="float" role="dialog" aria-modal="true" aria-label="Search and commands" aria-busy="true">
        <input
          autoFocus placeholder="Type a command, a ticket number, words or status:open" aria-label="Command, ticket number or words" onChange={(e) => { typed.text = e.target.value; typed.entered = false; }}
          onKeyDown={(e) => {
            if (e.key === "Escape") { e.preventDefault(); close(); }
            else if (e.key === "Enter") { e.preventDefault(); typed.entered = typed.text !== ""; }
            else if (e.key === "Tab") e.preventDefault();
          }}
        />
      </div>
    </div>
  );
}
