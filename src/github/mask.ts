import { setSecret } from "@actions/core";
import { inspect } from "node:util";
import { spellingsOf } from "../secret/spellings.ts";

/** Shorter values would mask innocent text everywhere, and are no secrets. */
const shortest = 4;

const masked = new Set<string>();
/** Every spelling of every secret, the longest first. */
let spellings: readonly string[] = [];

/**
 * Has a secret replaced by `***` in everything that leaves from now on: by the runner in what is logged, by
 * {@link withoutSecrets} in everything else.
 */
export function mask(secret: string): void {
  for (const spelling of hide(secret)) setSecret(spelling);
}

/**
 * The same without a word to the runner, for a terminal, where the secret would be on show.
 *
 * @returns the spellings that are new.
 */
export function hide(secret: string): readonly string[] {
  if (masked.has(secret)) return [];
  masked.add(secret);
  const fresh = spellingsOf(secret).filter((spelling) => spelling.trim().length >= shortest);
  // Our own sentences and debug output quote what others say, whatever they have made of it; the runner sees neither's secrets.
  const quoted = fresh.flatMap((spelling) =>
    [JSON.stringify(spelling), inspect(spelling, { breakLength: Infinity })].map((text) => text.slice(1, -1)),
  );
  spellings = [...new Set([...spellings, ...fresh, ...quoted])].sort((a, b) => b.length - a.length);
  return fresh;
}

/**
 * Members whose words are our own and decide how a result is shown. A secret that is one of these words is no better kept
 * by a report without a conclusion.
 */
const ownWords = new Set([
  ...["schemaVersion", "command", "conclusion", "failureReason", "action", "means", "outcome", "guarantee"],
  ...["severity", "state", "level", "plane"],
]);

/**
 * A value with every secret that was masked so far replaced in its texts. The one filter of everything that leaves: it is
 * applied before anything is escaped or cut, because afterwards a secret may be spelt in a way that nobody knows.
 */
export function withoutSecrets<Value>(value: Value): Value {
  return hidden(value) as Value;
}

function hidden(part: unknown): unknown {
  if (typeof part === "string") return hiddenText(part);
  if (Array.isArray(part)) return part.map(hidden);
  if (typeof part !== "object" || part === null) return part;
  // What has one of these beside its code is a problem or a finding: its code is ours.
  const isOwn = "severity" in part || "state" in part;
  return Object.fromEntries(
    Object.entries(part).map(([key, member]) => [
      hiddenText(key),
      typeof member === "string" && (ownWords.has(key) || (isOwn && key === "code")) ? member : hidden(member),
    ]),
  );
}

function hiddenText(text: string): string {
  const places = [...wholePlaces(text), ...cutPlaces(text)].sort((a, b) => a.from - b.from);
  if (places.length === 0) return withoutSignatures(text);
  // Secrets may overlap: what is replaced for one must not leave the rest of another.
  const parts: string[] = [];
  let until = 0;
  for (const { from, to } of places) {
    if (from >= until) parts.push(text.slice(until, from), "***");
    until = Math.max(until, to);
  }
  return withoutSignatures(parts.join("") + text.slice(until));
}

type Place = { readonly from: number; readonly to: number };

function wholePlaces(text: string): readonly Place[] {
  const places: Place[] = [];
  for (const spelling of spellings) {
    if (spelling.length > text.length) continue;
    for (let from = text.indexOf(spelling); from >= 0; from = text.indexOf(spelling, from + 1))
      places.push({ from, to: from + spelling.length });
  }
  return places;
}

/** Signs of a secret's beginning that are hidden at the end of a text that was cut. Our choice. */
const shortestCut = 6;

/** The beginning of a secret at the very end: somebody has cut the text there. */
function cutPlaces(text: string): readonly Place[] {
  const end = text.replace(/(\u2026|\.{3})$/, "").length;
  return spellings.flatMap((spelling) => {
    if (spelling.length <= shortestCut) return [];
    const start = spelling.slice(0, shortestCut);
    for (
      let from = text.indexOf(start, Math.max(0, end - spelling.length));
      from >= 0;
      from = text.indexOf(start, from + 1)
    )
      if (from < end && spelling.startsWith(text.slice(from, end))) return [{ from, to: end }];
    return [];
  });
}

/** What opens something by its form alone, whoever made it: signatures of addresses, keys and tokens in headers. */
function withoutSignatures(text: string): string {
  if (!/sig|shared|bearer|authorization/i.test(text)) return text;
  return text
    .replaceAll(/((?:[?&;]|%3F|%26|\\u0026)sig(?:=|%3D))[^&\s"'<>\\)]+/gi, "$1***")
    .replaceAll(/\b(SharedKey(?:Lite)?\s+)[\w-]+:[\w+/=-]{8,}/gi, "$1***")
    .replaceAll(/\b(Bearer\s+)[\w.~+/=-]{16,}/gi, "$1***")
    .replaceAll(
      /(\bauthorization["']?\s*[:=]\s*["'[]*)(?!\*\*\*)(?:(Bearer|Basic|SharedKey(?:Lite)?)\s+)?[\w.~+/=:-]{8,}/gi,
      (_, before: string, scheme?: string) => `${before}${scheme === undefined ? "" : `${scheme} `}***`,
    );
}

/**
 * Everything that others print: Node and the libraries write headers and addresses to the error output once
 * `NODE_DEBUG`, `DEBUG` or `AZURE_LOG_LEVEL` are set.
 */
export function hideInErrorOutput(stream: NodeJS.WriteStream = process.stderr): void {
  const write = stream.write.bind(stream) as (text: string | Uint8Array, ...rest: unknown[]) => boolean;
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) =>
    write(withoutSecrets(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8")), ...rest);
}
