/**
 * Every way in which a secret may be repeated by somebody: as it is, each of its lines, and as JSON, addresses, headers,
 * HTML and our own reports spell it. Texts are looked through before they are escaped; these forms are for what others
 * have escaped before.
 */
export function spellingsOf(secret: string): readonly string[] {
  const texts = [secret, ...secret.split(/\r\n|[\r\n\u0085\u2028\u2029]/)]
    .flatMap((text) => [text, text.trim()])
    .filter((text) => text !== "");
  return [...new Set([...new Set(texts)].flatMap(escaped))];
}

function escaped(text: string): readonly string[] {
  const json = inJson(text);
  return [
    text,
    // An error that repeats a request which was JSON inside JSON.
    ...json.flatMap((once) => [once, ...inJson(once)]),
    ...inAddresses(text),
    ...inBase64(text),
    ...inMarkup(text),
  ];
}

/** As JavaScript, Python, .NET, Go and PHP write it. */
function inJson(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const numbered = (signs: RegExp, upper: boolean) => (line: string) =>
    line.replaceAll(signs, (sign) => {
      const number = sign.charCodeAt(0).toString(16).padStart(4, "0");
      return `\\u${upper ? number.toUpperCase() : number}`;
    });
  const ascii = /[\u007f-\uffff]/g;
  // .NET numbers what could end a script or an attribute, and the quote itself.
  const careful = json.replaceAll(String.raw`\"`, String.raw`\u0022`);
  return [
    json,
    numbered(ascii, false)(json),
    numbered(ascii, true)(json),
    numbered(/[<>&]/g, false)(json),
    numbered(/[<>&'+`\u007f-\uffff]/g, true)(careful),
    numbered(/[<>&'+`\u007f-\uffff]/g, false)(careful),
    numbered(/[<>&'\u007f-\uffff]/g, false)(json),
    json.replaceAll("/", String.raw`\/`),
  ];
}

/** What is put behind a backslash in Markdown: everything that may be, what its first description names, what others do. */
const markdownSigns = [
  /[!-/:-@[-`{-~]/g,
  /[\\`*_{}[\]()#+\-.!]/g,
  /[\\`*_{}[\]()#+\-.!|<>~]/g,
  /[\\`*_[\]<>]/g,
  /[\\`*_[\]]/g,
];

/** As our own reports write it (`report/render/escape.ts`), and as pages of gateways do. */
function inMarkup(text: string): readonly string[] {
  const tags = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const quotes = (double: string, single: string) => tags.replaceAll('"', double).replaceAll("'", single);
  const numbered = (line: string) =>
    line.replaceAll(/[&<>"'|`*_{}[\]()#+!~@\\$:]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const parted = numbered(text.replaceAll(/(?<=[@#])(?=[\w-])/g, "\u2060"))
    .replace(/^[-=.\d]/, (sign) => `&#${sign.charCodeAt(0)};`)
    .replaceAll(/(https?|ftp|www)(?=[&.])/gi, "$1\u2060");
  return [
    tags,
    quotes("&quot;", "&#39;"),
    quotes("&quot;", "&apos;"),
    quotes("&quot;", "&#x27;"),
    quotes("&#34;", "&#39;"),
    ...markdownSigns.map((signs) => text.replaceAll(signs, "\\$&")),
    numbered(text),
    numbered(text).replaceAll(/(?<=www)\./gi, "&#46;"),
    parted,
  ];
}

function inAddresses(text: string): readonly string[] {
  const wellFormed = text.toWellFormed();
  const part = encodeURIComponent(wellFormed);
  const forms = [part, encodeURI(wellFormed), new URLSearchParams({ x: wellFormed }).toString().slice(2)];
  const strict = part.replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return [...forms, strict].flatMap((form) => [
    form,
    form.replaceAll(/%[0-9A-F]{2}/g, (sign) => sign.toLowerCase()),
    // An address inside an address.
    encodeURIComponent(form),
  ]);
}

/** Base64 of a text that the secret is a part of depends on where in it the secret begins, modulo three bytes. */
function inBase64(text: string): readonly string[] {
  const bytes = Buffer.from(text, "utf8");
  const whole = bytes.toString("base64");
  const within = [0, 1, 2].map((before) => {
    const signs = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    // Signs that hold bits of what stands before or behind are not the secret's alone.
    return signs.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  return [whole, ...within.filter((signs) => signs.length >= leastWithin)].flatMap((form) => [
    form,
    form.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
  ]);
}

/** Shorter parts of base64 stand in innocent texts too. Our choice. */
const leastWithin = 8;
