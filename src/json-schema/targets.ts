import { isKind, kinds, type Kind } from "../compute/target.ts";
import { ofShape, type Book } from "./book.ts";
import type { Json } from "./json.ts";
import { wordsSchema } from "./spelling.ts";
import { choice } from "./union.ts";

/** A target of one type. */
export function targetSchema(book: Book, type: Kind): Json {
  return ofShape(book, type, kinds[type].schema);
}

/** A target of whatever type its `type` says. */
export function anyTargetSchema(book: Book): Json {
  const isTaken = (word: string) => isKind(word.toLowerCase());
  const types = Object.keys(kinds) as readonly Kind[];
  return book.refer("target", () =>
    choice(
      "type",
      types.map((type) => ({ words: wordsSchema([type], isTaken), branch: targetSchema(book, type) })),
      wordsSchema(types, isTaken),
    ),
  );
}
