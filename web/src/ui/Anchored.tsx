/** Stands where a floating part wants the button that opens it, for one that is already on the page. */
import { useLayoutEffect, type Ref } from "react";

export function Anchored({ el, ref }: { el: HTMLElement; ref?: Ref<HTMLElement> }) {
  useLayoutEffect(() => {
    if (typeof ref === "function") {
      ref(el);
      return () => void ref(null);
    }
    if (ref) ref.current = el;
  }, [el, ref]);
  return null;
}
