import * as z from "zod";
import { exactly } from "../../yaml/shape.ts";

/** As the official client makes snake_case of camelCase: `AADToken` is `aad_token`, `AAD_Token` is not. */
function snakeOf(text: string): string {
  return text
    .replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** One of some words, in snake_case or camelCase, as az ml takes the words of ARM. */
export function wordOf<const Word extends string>(words: readonly [Word, ...Word[]]) {
  return z.preprocess((value) => {
    if (typeof value !== "string") return value;
    const snake = snakeOf(value);
    return words.find((word) => word === snake) ?? value;
  }, exactly(words));
}

/** Values of any kind, sent as they are, as az ml's tags and properties. */
export const anyValues = () => z.record(z.string(), z.unknown());
