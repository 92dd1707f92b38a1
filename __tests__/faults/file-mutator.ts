import { parseAllDocuments, stringify } from "yaml";
import { altered, pathsOf, valueAt } from "./members.ts";

type Random = () => number;

/** What breaks readers, alone or in the middle of something else. */
const hostile: readonly string[] = [
  ...[
    "",
    "~",
    "null",
    "true",
    "no",
    "0",
    "-1",
    "1e999",
    ".nan",
    "-.inf",
    "0x7f",
    "0o17",
    "1_000",
    "12:30:45",
    "9".repeat(40),
  ],
  ...[
    "2026-02-30",
    "2026-13-45",
    "2001-12-14t21:59:43.10-05:00",
    "!!binary x",
    "!!set {a}",
    "!custom {}",
    "!!python/object:os.system x",
  ],
  ...[
    "&a [*a]",
    "*missing",
    "<<: *a",
    "? a",
    "- - - a",
    "[",
    "]",
    "{",
    "}",
    "{a: {b",
    "key: : value",
    "%YAML 1.1",
    "---",
    "...",
  ],
  ...[
    "__proto__: { polluted: true }",
    "constructor: { prototype: 1 }",
    "toString: 1",
    "hasOwnProperty: x",
    "length: -1",
    "then: 1",
  ],
  ...["\u0000", "\uFEFF", "\u2028", "\u0085", "\ud800", "\u202e", "😀", "a\u0301", "\t", "\r", "\u001b[31m"],
  ...[
    "${{ secrets.X }}",
    "${{inputs.a}}",
    "${{",
    "}}",
    "$X",
    "$(id)",
    "`id`",
    "'",
    '"',
    "\\",
    "%2e%2e",
    "::error::x",
    "##[error]x",
  ],
  ...[
    "../../../etc/passwd",
    "/dev/zero",
    "/proc/self/environ",
    "file:///etc/passwd",
    ".",
    "..",
    "~/.ssh",
    "C:\\x",
    "a//b",
    "a\0b",
  ],
  ...[
    "**/**/**",
    "{a,b}{a,b}{a,b}",
    "{1..9}{1..9}",
    "[!a-z]",
    "[[:alpha:]]",
    "@(a|@(b|c))",
    "!(a)*",
    "+(+(a))",
    "a".repeat(300),
    "[z-a]",
    "[a",
  ],
  ...[
    "azureml:x@latest",
    "azureml://registries/r/x",
    "azureml:",
    "/subscriptions/x",
    "https://user:pw@host/x",
    "https://[",
    "http://",
    "PT1H",
    "P1Y",
    "PT-1S",
  ],
];

/** Values of other types in place of one that is there. */
const values: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 1e21, Number.NaN, "", "x", " ", "null", [], [null], [[]], {}, { x: 1 }, [{ x: [1] }]],
  ...[
    JSON.parse('{"__proto__":{"a":1}}') as unknown,
    { constructor: 1 },
    { toString: null },
    { type: "x" },
    { then: 1 },
    new Array(50).fill({}),
  ],
  ...[
    "a".repeat(5_000),
    "\n\n",
    { env: "X" },
    { env: "" },
    { file: "/dev/null" },
    { key_vault: "https://x" },
    { "": "" },
    { "a.b": 1 },
  ],
] as readonly unknown[];

function pick<Item>(items: readonly Item[], random: Random): Item | undefined {
  return items[Math.floor(random() * items.length)];
}

/** Some changes of a text of a corpus: of its signs, its lines, or what it means as YAML. */
export function mutated(text: string, corpus: readonly string[], random: Random): string {
  let changed = text;
  const times = 1 + Math.floor(random() * 3);
  for (let time = 0; time < times; time += 1) {
    const change = pick(changes, random);
    if (change !== undefined) changed = change(changed, random, corpus);
  }
  return changed;
}

type Change = (text: string, random: Random, corpus: readonly string[]) => string;

const inLines =
  (change: (lines: string[], at: number, random: Random, corpus: readonly string[]) => void): Change =>
  (text, random, corpus) => {
    const lines = text.split("\n");
    change(lines, Math.floor(random() * lines.length), random, corpus);
    return lines.join("\n");
  };

const changes: readonly Change[] = [
  // Three times as often as others: it stays near to what is read to its end.
  ...Array.from({ length: 3 }, (): Change => meant),
  inLines((lines, at) => void lines.splice(at, 1)),
  inLines((lines, at) => void lines.splice(at, 0, lines[at] ?? "")),
  inLines((lines, at, random) => {
    const indent = /^ */.exec(lines[at] ?? "")?.[0] ?? "";
    lines.splice(at, 0, indent + (pick(hostile, random) ?? ""));
  }),
  inLines((lines, at, random) => {
    lines[at] = " ".repeat(Math.floor(random() * 9)) + (lines[at] ?? "").trimStart();
  }),
  inLines((lines, at, random) => {
    lines[at] = (lines[at] ?? "").replace(
      /(: |- |=)?[^:=]*$/,
      (_, sign?: string) => (sign ?? "") + (pick(hostile, random) ?? ""),
    );
  }),
  inLines((lines, at, random, corpus) => {
    const other = (pick(corpus, random) ?? "").split("\n");
    const from = Math.floor(random() * other.length);
    lines.splice(at, 0, ...other.slice(from, from + 1 + Math.floor(random() * 8)));
  }),
  (text, random) => text.slice(0, Math.floor(random() * text.length)),
  (text, random) => {
    const at = Math.floor(random() * (text.length + 1));
    return text.slice(0, at) + (pick(hostile, random) ?? "") + text.slice(at + Math.floor(random() * 4));
  },
  (text, random) => {
    const at = Math.floor(random() * (text.length + 1));
    return text.slice(0, at) + String.fromCharCode(Math.floor(random() * 0x180)) + text.slice(at + 1);
  },
];

/** Another value, or another name, at one place; the text itself where there is none, or where an alias leads in a circle. */
function meant(text: string, random: Random): string {
  try {
    const value = parseAllDocuments(text, { logLevel: "silent" })[0]?.toJS() as unknown;
    if (typeof value !== "object" || value === null) return text;
    const path = pick(pathsOf(value), random) ?? [];
    const other = random() < 0.2 ? undefined : random() < 0.5 ? pick(hostile, random) : pick(values, random);
    const whole = altered(value, path, other);
    const name = pick(hostile, random) ?? "";
    const renamed = random() < 0.1 ? altered(whole, [...path.slice(0, -1), name], valueAt(value, path)) : whole;
    return (text.trimStart().startsWith("{") ? JSON.stringify(renamed, undefined, 2) : stringify(renamed)) ?? "";
  } catch {
    return text;
  }
}
