import * as z from "zod";
import { exactly, text } from "../../yaml/shape.ts";

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

/** Text that `az ml … show` prints and the service fills in: az ml looks at what it is, and at nothing more. */
export const shownText = () =>
  text()
    .optional()
    .meta({ readOnly: true, description: "Set by the service. Accepted for compatibility with az ml; ignored." });

/** Values of any kind, sent as they are, as az ml's tags and properties. */
export const anyValues = () => z.record(z.string(), z.unknown());
