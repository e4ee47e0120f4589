/** What one can write: the same signs that the mail and the timeline show. */
import { Placeholder } from "@tiptap/extensions";
import StarterKit from "@tiptap/starter-kit";

export const extensions = (placeholder: () => string) => [
  StarterKit.configure({
    underline: false, trailingNode: false, heading: { levels: [1, 2, 3] }, dropcursor: { color: "var(--accent)", width: 2 },
    link: { openOnClick: false, defaultProtocol: "https", HTMLAttributes: { rel: "noopener noreferrer nofollow", target: null }, shouldAutoLink: (url) => /^https?:\/\//.test(url) },
  }),
  Placeholder.configure({ placeholder }),
];
