/** How somebody may spell a text when he repeats it, beside how it is. */
export const spellings: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  json: (text) => JSON.stringify(text).slice(1, -1),
  "json in ASCII": (text) => ascii(JSON.stringify(text).slice(1, -1)),
  "json as .NET writes it": (text) =>
    ascii(
      text
        .replaceAll(/[\\]/g, "\\\\")
        .replaceAll("\n", "\\n")
        .replaceAll(/["<>&'+`]/g, numbered),
    ),
  "json in json": (text) => JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1),
  address: (text) => encodeURIComponent(text),
  form: (text) => new URLSearchParams({ x: text }).toString().slice(2),
  base64: (text) => Buffer.from(text).toString("base64"),
  "base64 behind one byte": (text) => Buffer.from(`:${text}`).toString("base64"),
  "base64 behind two bytes": (text) => Buffer.from(`u:${text}`).toString("base64"),
  "base64 for addresses": (text) => Buffer.from(text).toString("base64url"),
  html: (text) =>
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      .replaceAll("'", "&#39;"),
  markdown: (text) => text.replaceAll(/[\\`*_{}[\]()#+.!|<>~-]/g, "\\$&"),
  "quoted by line": (text) => text.split("\n").join("\n> "),
};

/** With every sign beyond ASCII as `\\u00e4`, as some writers of JSON have it. */
export function ascii(text: string): string {
  return text.replaceAll(/[\u007f-\uffff]/g, numbered);
}

function numbered(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Everything that a reader can make of a text. */
export function readings(text: string): readonly string[] {
  const references = (from: string) =>
    from
      .replaceAll(/&#(\d+);/g, (_, number: string) => String.fromCodePoint(Number(number)))
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&amp;", "&");
  const json = (from: string) =>
    from.replaceAll(/\\(u[0-9a-fA-F]{4}|.)/g, (whole) => {
      try {
        return JSON.parse(`"${whole}"`) as string;
      } catch {
        return whole;
      }
    });
  const address = (from: string) =>
    from
      .replaceAll("+", " ")
      .replaceAll(/(%[0-9A-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString());
  const markdown = (from: string) => from.replaceAll(/\\([!-/:-@[-`{-~])/g, "$1");
  const base64 = [...text.matchAll(/[A-Za-z0-9+/_-]{8,}=*/g)].map(([run]) =>
    Buffer.from(run, "base64").toString("utf8"),
  );
  const bare = references(text).replaceAll(/[\u2060\u200b]/g, "");
  return [
    text,
    bare,
    json(text),
    json(json(text)),
    json(bare),
    json(json(json(bare))),
    address(text),
    address(bare),
    markdown(bare),
    markdown(json(bare)),
    ...base64,
  ];
}
