/** Writing as it will look. Loaded when a message is to be written; until then, and where a text does not fit, Plain takes its place. */
import { Editor } from "@tiptap/core";
import { Selection } from "@tiptap/pm/state";
import { EditorContent, useEditor } from "@tiptap/react";
import { forwardRef, useEffect, useImperativeHandle, useLayoutEffect, useRef } from "react";
import type { Mark } from "../markdown";
import type { Field, FieldProps } from "../Writing";
import { extensions } from "./extensions";
import { parse, serialize } from "./markdown";

const active: Partial<Record<Mark, [string, object?]>> = {
  bold: ["bold"], italic: ["italic"], strike: ["strike"], code: ["code"], block: ["codeBlock"], list: ["bulletList"], numbers: ["orderedList"], quote: ["blockquote"], heading: ["heading"], link: ["link"],
};
const marksOf = (e: Editor) => (Object.keys(active) as Mark[]).filter((m) => e.isActive(active[m]![0])).join();
const seemsMarkdown = /^```|\[[^\]\n]+\]\(https?:|\*\*\S[^*\n]*\*\*|`[^`\n]+`|^#{1,3} \S/m;

export default forwardRef<Field, FieldProps & { /** Takes over what one was typing into. */ focused: boolean }>(function Rich(p, ref) {
  const props = useRef(p);
  props.current = p;
  const last = useRef(p.text);
  // What was told and did not come back yet: a fast typist is ahead of what is drawn, and an older text that comes back is no change.
  const told = useRef<string[]>([]);
  const attributes = (): Record<string, string> => {
    const { label, list } = props.current;
    return { class: "rich", "aria-label": label, "data-writing": "", ...(list
      ? { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "true", "aria-controls": list.id, ...(list.marked ? { "aria-activedescendant": list.marked } : {}) }
      : { role: "textbox", "aria-multiline": "true" }) };
  };
  /** What stands before the caret in its paragraph. */
  const tell = (e: Editor) => {
    const { $from, empty } = e.state.selection;
    props.current.onCaret(empty && e.isFocused && !e.isActive("code") && !e.isActive("codeBlock") ? $from.parent.textBetween(0, $from.parentOffset, "\n", "\n") : null);
    props.current.onMarks(marksOf(e));
  };
  const editor = useEditor({
    extensions: extensions(() => props.current.placeholder), injectCSS: false, shouldRerenderOnTransaction: false,
    onBeforeCreate: ({ editor: e }) => { e.options.content = (parse(e.schema, p.text) ?? e.schema.topNodeType.createAndFill())!.toJSON(); },
    onUpdate: ({ editor: e }) => { last.current = serialize(e.state.doc); told.current = [...told.current.slice(-99), last.current]; props.current.onText(last.current); tell(e); },
    onSelectionUpdate: ({ editor: e }) => tell(e), onFocus: ({ editor: e }) => tell(e), onBlur: () => props.current.onCaret(null),
    editorProps: {
      attributes,
      handleKeyDown: (_, e) => props.current.onKey(e),
      handlePaste: (view, e) => {
        const data = e.clipboardData;
        if (!data) return false;
        // A copied table comes with a picture of itself: its words count.
        if (data.files.length > 0 && !data.types.includes("text/html")) { props.current.onFiles([...data.files]); return true; }
        const text = data.getData("text/plain");
        const doc = !data.types.includes("text/html") && seemsMarkdown.test(text) && !view.state.selection.$from.parent.type.spec.code ? parse(view.state.schema, text) : null;
        if (doc) view.dispatch(view.state.tr.replaceSelection(doc.slice(0, doc.content.size)).scrollIntoView());
        return !!doc;
      },
      handleDrop: (_, e) => (e.dataTransfer?.files.length ?? 0) > 0, // the composer around takes files
      clipboardTextSerializer: (slice, view) => serialize(view.state.schema.topNodeType.create(null, slice.content)),
    },
  });
  // No key is lost while it takes over.
  useLayoutEffect(() => {
    if (!editor || !props.current.focused) return;
    // What was closed as Markdown stays closed: the next word is not bold because the last one was.
    editor.view.dispatch(editor.state.tr.setSelection(Selection.atEnd(editor.state.doc)).setStoredMarks([]));
    editor.view.focus();
  }, [editor]);
  // Words that changed elsewhere: another window, a macro, a reply taken back.
  useEffect(() => {
    const echo = told.current.lastIndexOf(p.text);
    told.current = told.current.slice(echo + 1);
    if (!editor || echo >= 0 || p.text === last.current) return;
    last.current = p.text;
    const doc = parse(editor.schema, p.text);
    if (doc) editor.chain().setContent(doc.toJSON(), { emitUpdate: false }).setTextSelection(doc.content.size).run();
  }, [editor, p.text]);
  useEffect(() => { editor?.setOptions({ editorProps: { ...editor.options.editorProps, attributes } }); }, [editor, p.label, p.placeholder, p.list?.marked, !!p.list]); // eslint-disable-line react-hooks/exhaustive-deps
  useImperativeHandle(ref, () => ({
    focus: () => { editor?.commands.focus(); },
    blur: () => { editor?.commands.blur(); },
    mark: (m) => { if (editor) toggle(editor, m); },
    link: (href) => {
      if (!editor) return;
      const c = editor.chain().focus().extendMarkRange("link");
      if (!href) c.unsetLink().run();
      else if (editor.state.selection.empty && !editor.isActive("link")) c.insertContent({ type: "text", text: href, marks: [{ type: "link", attrs: { href } }] }).run();
      // The caret goes behind the link, or the next key would replace what was just made.
      else c.setLink({ href }).command(({ state, commands }) => commands.setTextSelection(state.selection.to)).unsetMark("link").run();
    },
    href: () => (editor?.getAttributes("link").href as string | undefined) ?? null,
    insert: (text) => {
      const doc = editor && parse(editor.schema, text);
      if (!editor || !doc) return false;
      const at = editor.state.selection.$to;
      const empty = at.parent.content.size === 0 && at.depth === 1;
      const after = at.depth ? at.after(1) : editor.state.doc.content.size;
      const tr = empty ? editor.state.tr.replaceWith(at.before(1), after, doc.content) : editor.state.tr.insert(after, doc.content);
      tr.setSelection(Selection.near(tr.doc.resolve((empty ? at.before(1) : after) + doc.content.size), -1));
      editor.view.dispatch(tr.scrollIntoView());
      editor.commands.focus();
      return true;
    },
    name: (typed, put) => {
      if (!editor) return;
      const to = editor.state.selection.from;
      editor.chain().focus().insertContentAt({ from: to - typed.length, to }, { type: "text", text: put }).run();
    },
  }), [editor]);
  return <EditorContent editor={editor} />;
});

function toggle(e: Editor, m: Mark) {
  const c = e.chain().focus();
  switch (m) {
    case "bold": return c.toggleBold().run();
    case "italic": return c.toggleItalic().run();
    case "strike": return c.toggleStrike().run();
    case "code": return c.toggleCode().run();
    case "block": return c.toggleCodeBlock().run();
    case "list": return c.toggleBulletList().run();
    case "numbers": return c.toggleOrderedList().run();
    case "quote": return c.toggleBlockquote().run();
    case "heading": return c.toggleHeading({ level: 2 }).run();
    case "link": return false; // asked for by its address
  }
}
