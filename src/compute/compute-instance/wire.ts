import * as z from "zod";

/** Members of the service's answers: a text that may be absent, and a number that may be shown as text. */
export const word = () => z.string().nullish();
export const count = () => z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]);
