/** A key or a chord, drawn as caps: "mod+k", "g d", "?". */
const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
const cap: Record<string, string> = { mod: isMac ? "⌘" : "Ctrl", enter: "↵", escape: "Esc", shift: "⇧", arrowdown: "↓", arrowup: "↑" };

export const capText = (k: string) => cap[k] ?? (k.length === 1 ? k.toUpperCase() : k);

export function Keys({ of }: { of: string }) {
  return (
    <span className="keys nw" aria-hidden="true">
      {of.split(" ").map((chord, i) => (
        <kbd key={i} style={i ? { marginInlineStart: 3 } : undefined}>{chord.split("+").map(capText).join(" ")}</kbd>
      ))}
    </span>
  );
}
