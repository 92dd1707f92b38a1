import { expect, it } from "@jest/globals";
import { openReaders, readOne } from "./file-readers.ts";
import { foundFiles } from "./files.ts";

const readers = await openReaders();

it.each(foundFiles)("$reader: reads $text, over which it stumbled once", async ({ reader, text }) => {
  const known = readers.find(({ name }) => name === reader);
  expect(known && (await readOne(known, text))).toEqual([]);
});
