import * as z from "zod";

/** The one of the words that has the same letters. */
export function spelt(word: string, words: readonly string[]): string {
  const letters = (text: string) => text.replaceAll("_", "").toLowerCase();
  return words.find((known) => letters(known) === letters(word)) ?? word;
}

/** az ml takes `PyTorch` for `pytorch` and `AMLToken` for `aml_token`; a discriminator has to be spelt before it is looked up. */
export function speltType<Schema extends z.ZodType>(words: readonly string[], schema: Schema) {
  return z.preprocess((value) => {
    if (typeof value !== "object" || value === null || !("type" in value) || typeof value.type !== "string")
      return value;
    return { ...value, type: spelt(value.type, words) };
  }, schema);
}
