/** Text from Azure, logs and repositories is data: these are the only ways by which it enters a report. */

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for HTML, in content and in attributes. */
export function html(text: string): string {
  return visible(text).replaceAll(/[&<>"']/g, (sign) => escapes[sign] ?? sign);
}

/**
 * Text inside a line or a table cell of Markdown. Every sign that could begin something (emphasis, link, tag, mention,
 * issue reference, cell, code) becomes a character reference, which renders as the sign and is nothing but text.
 */
export function inline(text: string): string {
  // GitHub links mentions and issue numbers in what is rendered already: a joiner without width keeps the name from its sign.
  const line = visible(text)
    .replaceAll(/(?<!\s)\s*\n\s*/g, " ")
    .replaceAll(/(?<=[@#])(?=[\w-])/g, "\u2060");
  return references(line)
    .replace(/^(\s*)([-=.\d])/, (_, space: string, sign: string) => `${space}&#${sign.codePointAt(0) ?? 0};`)
    .replaceAll(/(https?|ftp|www)(?=[&.])/gi, "$1\u2060");
}

/**
 * Text as inline code, letter by letter what somebody will copy. Inside it GitHub links no mentions and numbers, so it
 * needs no joiners; only an address has to be kept from its Markdown parser.
 */
export function codeSpan(text: string): string {
  return `<code>${references(visible(text).replaceAll(/(?<!\s)\s*\n\s*/g, " ")).replaceAll(/(?<=www)\./gi, "&#46;")}</code>`;
}

/** Every sign that could begin something as a character reference. */
function references(text: string): string {
  return text.replaceAll(/[&<>"'|`*_{}[\]()#+!~@\\$:]/g, (sign) => `&#${sign.codePointAt(0) ?? 0};`);
}

/** Text in a fenced block that nothing inside it can close. */
export function fence(text: string, language = ""): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const marks = "`".repeat(longest + 1);
  return `${marks}${language}\n${visible(text)}\n${marks}`;
}

/** A link to an address of the service; anything that is not an https address stays text. */
export function link(text: string, address: string): string {
  const target = httpsAddress(address);
  // A bar would end the cell, and a backtick begin code, also inside a tag.
  return target === undefined
    ? inline(text)
    : `<a href="${html(target).replaceAll("|", "&#124;").replaceAll("`", "&#96;")}">${inline(text)}</a>`;
}

export function httpsAddress(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "https:" ? url.href : undefined;
}

/** Characters that turn the direction of text or have no picture could hide text: they are shown by number. */
function visible(text: string): string {
  return (
    text
      .replaceAll(/\r\n?/g, "\n")
      // Colours of a terminal mean nothing in a report.
      .replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, "")
      .replaceAll(
        /[\u0000-\u0008\u000b-\u001f\u007f\u0085\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
        (sign) => {
          const number = (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
          return `\u27e8U+${number}\u27e9`;
        },
      )
  );
}
