import type { Json } from "./json.ts";

/** In which other spellings words are taken. */
type Spelling = {
  readonly inAnyCase: boolean;
  /** `AADToken` for `aad_token`. */
  readonly inCamelCase: boolean;
  /** Underscores anywhere, or nowhere. */
  readonly withAnyUnderscores: boolean;
};

const upper = (word: string) => word.toUpperCase();
const camel = (word: string) => word.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
const bare = (word: string) => word.replaceAll("_", "");

/** Finds out by trial in which spellings words are taken, so that the check itself is the only one who knows. */
function spellingOf(words: readonly string[], isTaken: (word: string) => boolean): Spelling {
  const changedBy = (change: (word: string) => string) => words.filter((word) => change(word) !== word);
  const takes = (change: (word: string) => string) => {
    const changed = changedBy(change);
    return changed.length > 0 && changed.every((word) => isTaken(change(word)));
  };
  const withAnyUnderscores = takes((word) => `${word[0] ?? ""}_${word.slice(1)}`);
  const compound = words.filter((word) => word.includes("_"));
  return {
    inAnyCase: takes(upper),
    inCamelCase: compound.length > 0 && compound.every((word) => isTaken(camel(word))),
    withAnyUnderscores: withAnyUnderscores && compound.every((word) => isTaken(bare(word))),
  };
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

/** A pattern for words in any case, and nothing else. */
export function inAnyCase(words: readonly string[]): string {
  return `^(?:${words.map(lettersInAnyCase).join("|")})$`;
}

function lettersInAnyCase(word: string): string {
  return [...word]
    .map((letter) => {
      const [low, high] = [letter.toLowerCase(), letter.toUpperCase()];
      return low === high ? escaped(letter) : `[${low}${high}]`;
    })
    .join("");
}

function patternOf(word: string, spelling: Spelling): string {
  if (spelling.withAnyUnderscores) return [...bare(word)].map(lettersInAnyCase).join("_*");
  const cased = spelling.inAnyCase || spelling.inCamelCase ? lettersInAnyCase : escaped;
  return word
    .split("_")
    .map(cased)
    .join(spelling.inCamelCase ? "(?:_|(?<=[A-Za-z0-9])(?=[A-Z]))" : "_");
}

/**
 * One of some words: those that an editor proposes, and other spellings of them that are taken as well.
 *
 * @param isTaken what the check itself says of a spelling.
 */
export function wordsSchema(words: readonly string[], isTaken: (word: string) => boolean): Json {
  const listed: Json = { type: "string", enum: words };
  const spelling = spellingOf(words, isTaken);
  if (!Object.values(spelling).includes(true)) return listed;
  const pattern = `^(?:${words.map((word) => patternOf(word, spelling)).join("|")})$`;
  // The words first: where nothing fits, editors say what stands there.
  return { anyOf: [listed, { type: "string", pattern }] };
}
