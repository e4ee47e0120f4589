/**
 * A message's own HTML, cleaned by the server, shown inside a shadow root so it cannot restyle the workspace
 * and the workspace cannot restyle it. Remote images stay away until asked for. Links open elsewhere.
 */
import { useEffect, useRef } from "react";

const style = `
:host { all: initial; display: block; contain: content; color: var(--ink); font: 400 14px/1.45 var(--sans); overflow-wrap: anywhere; max-width: 68ch; color-scheme: inherit; }
* { max-width: 100%; box-sizing: border-box; position: static !important; }
p { margin: 0 0 8px; } :host > div > :last-child, p:last-child { margin-bottom: 0; }
ul, ol { margin: 0 0 8px; padding-left: 22px; } h1, h2, h3, h4 { font-size: 14px; font-weight: 600; margin: 12px 0 4px; }
a { color: var(--accent); } img { height: auto; border-radius: 4px; } img[data-remote-src]:not([src]) { display: none; }
pre, code { font-family: var(--mono); font-size: 12px; font-feature-settings: "calt" 0; } pre { background: var(--sunken); border: 1px solid var(--line); border-radius: 6px; padding: 8px 10px; overflow-x: auto; margin: 0 0 8px; }
:not(pre) > code { background: var(--hover); padding: 1px 4px; border-radius: 4px; }
blockquote { margin: 0 0 8px; padding-left: 12px; border-left: 2px solid var(--line-strong); color: var(--ink-2); }
table { border-collapse: collapse; } td, th { padding: 2px 8px 2px 0; text-align: left; vertical-align: top; }
hr { border: 0; border-top: 1px solid var(--line); }
@media print { :host { contain: none; max-width: none; } pre { overflow: visible; white-space: pre-wrap; } }`;

/** Who chose colours of their own chose them for white paper; elsewhere dark ink would stand on a dark ground. */
const coloured = /\b(?:bgcolor|color)\s*=|style\s*=\s*["'][^"']*\b(?:background|color)/i;

export function Html({ html, remote }: { html: string; remote: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const el = host.current!;
    const root = el.shadowRoot ?? el.attachShadow({ mode: "open" });
    const doc = new DOMParser().parseFromString(html, "text/html");
    harden(doc.body, remote);
    const body = document.createElement("div");
    body.dir = "auto";
    body.append(...doc.body.childNodes);
    const css = document.createElement("style");
    css.textContent = style;
    root.replaceChildren(css, body);
  }, [html, remote]);
  return <div ref={host} className={coloured.test(html) ? "html paper" : "html"} />;
}

/** A second lock behind the server's: nothing that runs, frames or submits survives, whatever arrives. */
export function harden(body: HTMLElement, remote: boolean): void {
  body.querySelectorAll("script,style,link,meta,base,iframe,frame,object,embed,form,input,button,textarea,select,svg,math,template").forEach((n) => n.remove());
  body.querySelectorAll("*").forEach((n) => {
    for (const a of [...n.attributes]) {
      const name = a.name.toLowerCase();
      if (name.startsWith("on") || name === "srcdoc" || name === "srcset" || name === "background" || name === "slot" || name === "part") n.removeAttribute(a.name);
      if ((name === "href" || name === "src") && !/^(https?:|mailto:|tel:|\/api\/v1\/files\/|data:image\/(png|gif|jpe?g|webp);|#)/i.test(a.value.trim())) n.removeAttribute(a.name);
    }
    if (n.tagName === "A") {
      n.setAttribute("target", "_blank");
      n.setAttribute("rel", "noopener noreferrer nofollow");
    }
    if (n.tagName === "IMG") {
      const src = n.getAttribute("src");
      if (src && /^https?:/i.test(src)) {
        n.setAttribute("data-remote-src", src);
        n.removeAttribute("src");
      }
      const away = n.getAttribute("data-remote-src");
      if (away && remote && /^https:/i.test(away)) n.setAttribute("src", away);
      if (!n.hasAttribute("alt")) n.setAttribute("alt", "");
      n.setAttribute("loading", "lazy");
      n.setAttribute("referrerpolicy", "no-referrer");
    }
  });
}
export const hasRemote = (html: string) => html.includes("data-remote-src");
