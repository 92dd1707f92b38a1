import { StringDecoder } from "node:string_decoder";

/** Characters of a line that are shown. Our choice: longer than any line that somebody reads. */
export const longestLine = 64 * 1024;

/**
 * Cuts a stream of bytes into lines, which end by `\n`, `\r\n` or `\r`. Of a line that is too long only its beginning is
 * kept, and said how much is missing: a program that writes without an end must not fill the memory.
 */
export function lineSplitter(onLine: (line: string) => void): {
  readonly push: (bytes: Buffer) => void;
  readonly end: () => void;
} {
  const decoder = new StringDecoder("utf8");
  let kept = "";
  let length = 0;
  let afterReturn = false;
  const add = (text: string) => {
    length += text.length;
    if (kept.length < longestLine) kept += text.slice(0, longestLine - kept.length);
  };
  const emit = () => {
    onLine(length > kept.length ? `${kept} … (cut: ${length - kept.length} more characters on this line)` : kept);
    kept = "";
    length = 0;
  };
  const take = (text: string) => {
    let at = afterReturn && text.startsWith("\n") ? 1 : 0;
    if (text !== "") afterReturn = text.endsWith("\r");
    const ends = /\r\n|\r|\n/g;
    ends.lastIndex = at;
    for (let found = ends.exec(text); found !== null; found = ends.exec(text)) {
      add(text.slice(at, found.index));
      emit();
      at = found.index + found[0].length;
    }
    add(text.slice(at));
  };
  return {
    push: (bytes) => take(decoder.write(bytes)),
    end: () => {
      take(decoder.end());
      if (length > 0) emit();
    },
  };
}
