/** A button and what it opens. The button is there at once and stays the same; what it opens is drawn when it is first wanted. */
import { cloneElement, Suspense, useId, useState, type ReactElement, type ReactNode, type Ref } from "react";

/** Where something opens, and how it closes. */
export interface Anchor { el: HTMLElement; id: string; opened: boolean; onChange: (opened: boolean) => void }
interface ButtonProps { ref?: Ref<HTMLElement>; id?: string; onClick?: () => void; "aria-haspopup"?: "menu" | "dialog"; "aria-expanded"?: boolean; "aria-controls"?: string }
interface Props { kind: "menu" | "dialog"; opened: boolean; onChange: (opened: boolean) => void; button: ReactElement; children: (at: Anchor) => ReactNode }

export function Opens({ kind, opened, onChange, button, children }: Props) {
  const id = useId();
  const [el, setEl] = useState<HTMLElement | null>(null);
  const [wanted, setWanted] = useState(false);
  if (opened && !wanted) setWanted(true);
  return (
    <>
      {cloneElement(button as ReactElement<ButtonProps>, { ref: setEl, id, onClick: () => onChange(!opened), "aria-haspopup": kind, "aria-expanded": opened, "aria-controls": opened ? `${id}-dropdown` : undefined })}
      {wanted && el && <Suspense>{children({ el, id, opened, onChange })}</Suspense>}
    </>
  );
}
