/** A brand's picture: chosen from a file, kept in the text, and shown as the top of public pages, on light and dark. */
import { IconPhoto, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState, type CSSProperties } from "react";
import { bytes } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { accentVars, wide } from "./brand";
import { useForm, useSaid, useValue, type FieldProps } from "./state";
import type { Schema } from "./schema";

/** What the server takes, in bytes. */
const MOST = 32 * 1024;
const words = (v: unknown) => (typeof v === "string" ? v : "");

export function Logo({ path, schema, order }: FieldProps & { schema: Schema }) {
  const { set, readOnly } = useForm();
  const value = words(useValue(path)), said = useSaid(path);
  const file = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState("");
  const take = (f: File | undefined) => {
    if (!f) return;
    if (!["image/png", "image/jpeg"].includes(f.type)) return setWrong(f.type.includes("svg") ? "A drawing (SVG) can hold scripts and is not taken. Save it as a PNG, 64 pixels high." : "Choose a PNG or a JPEG.");
    if (f.size > MOST) return setWrong(`This picture has ${bytes(f.size)}; 32 kB are taken at most. Save it smaller: 64 pixels in height are enough.`);
    const reader = new FileReader();
    reader.onload = () => { setWrong(""); set(path, reader.result, order); };
    reader.onerror = () => setWrong("The file could not be read. Choose it again.");
    reader.readAsDataURL(f);
  };
  const error = wrong || said.error;
  return (
    <div className="ff" data-path="logo">
      <p className="flabel" id="logo-name">Logo</p>
      {!readOnly && <div className="row wrap" style={{ gap: 8 }}>
        <input ref={file} type="file" accept="image/png,image/jpeg" hidden onChange={(e) => { take(e.currentTarget.files?.[0]); e.currentTarget.value = ""; }} />
        <Btn small icon={<IconPhoto size={16} stroke={1.75} aria-hidden />} aria-describedby="logo-help" onClick={() => file.current?.click()}>{value ? "Choose another picture" : "Choose a picture"}</Btn>
        {value && <Btn small kind="quiet" icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={() => { setWrong(""); set(path, undefined); }}>Take it away</Btn>}
      </div>}
      <p className="fhelp" id="logo-help">{schema.description}</p>
      {error && <p className="danger t12" role="alert" style={{ marginTop: 4 }}>{error}</p>}
      <Tops logo={value} />
    </div>
  );
}

/** The top of a public page, as visitors see it. */
function Tops({ logo }: { logo: string }) {
  const title = words(useValue(["title"])) || words(useValue(["name"])), color = words(useValue(["color"]));
  const hex = /^#[0-9a-f]{6}$/i.test(color) ? color.slice(1).toLowerCase() : "0b6560";
  const css = useQuery({ queryKey: ["accent", hex], staleTime: Infinity, retry: false, queryFn: () => fetch(`/portal/accent/${hex}.css`).then((r) => r.text()) }).data ?? "";
  const [shape, setShape] = useState({ of: "", wide: false });
  const named = !logo || shape.of !== logo || !shape.wide;
  return (
    <div className="tops" role="group" aria-label="As the top of public pages">
      {(["light", "dark"] as const).map((theme) => (
        <div key={theme} className={`toppage ${theme}`} style={accentVars(css, theme) as CSSProperties}>
          {logo ? <img src={logo} alt={named ? "" : title} onLoad={(e) => setShape({ of: logo, wide: wide(e.currentTarget.naturalWidth, e.currentTarget.naturalHeight) })} onError={() => setShape({ of: logo, wide: false })} /> : <span className="mark" aria-hidden>{title.slice(0, 1).toUpperCase() || "S"}</span>}
          {named && <b className="cut" dir="auto">{title}</b>}
          <span className="go" aria-hidden>{theme === "light" ? "Light" : "Dark"}</span>
        </div>
      ))}
    </div>
  );
}
