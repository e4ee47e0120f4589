/** The right side before a ticket is opened. */
import { IconHeadset } from "@tabler/icons-react";
import { Empty } from "@/ui/State";

export function Nothing() {
  return (
    <main className="pane page" style={{ justifyContent: "center" }}>
      <Empty icon={<IconHeadset size={20} stroke={1.75} aria-hidden />} title="Open a ticket to read it here">
        Use <kbd>J</kbd> and <kbd>K</kbd> to move through the list and <kbd>↵</kbd> to open. Press <kbd>?</kbd> for all keys.
      </Empty>
    </main>
  );
}
