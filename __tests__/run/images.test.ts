import { describe, expect, it } from "@jest/globals";
import { succeeded } from "../../src/azure/outcome.ts";
import { imageType } from "../../src/run/image-type.ts";
import { readImages } from "../../src/run/images.ts";
import { mostShown } from "../../src/run/shown-images.ts";
import { failing } from "../support/jobs.ts";

const png = Buffer.from("iVBORw0KGgoAAAAN", "base64");
const sized = (bytes: number) => Buffer.concat([png, Buffer.alloc(bytes - png.length)]);

/** The storage of a run that has these files. */
function stored(files: Readonly<Record<string, Uint8Array | undefined>>) {
  const asked: string[] = [];
  return {
    asked,
    runHistory: {
      artifacts: async () => succeeded(Object.keys(files).map((path) => ({ path, url: `https://blobs/${path}` }))),
      artifactUrl: async () => failing("not-found"),
    },
    blobs: {
      read: async (url: string, offset: number, limit: number) => {
        const path = url.replace("https://blobs/", "");
        asked.push(path);
        const bytes = files[path];
        return bytes === undefined ? failing("refused", { status: 403 }) : succeeded(bytes.subarray(offset, limit));
      },
    },
  };
}
const shownOf = async (files: Readonly<Record<string, Uint8Array | undefined>>) => {
  const { asked, ...deps } = stored(files);
  const images = await readImages({ name: "run" }, deps);
  expect(images.map(({ path }) => path)).toEqual(Object.keys(files).sort());
  return { asked, shown: images.flatMap(({ path, content }) => (content === undefined ? [] : [path])) };
};

describe("the images that a report shows", () => {
  it.each([
    ["image/png", Buffer.from("\x89PNG\r\n\x1a\n0000", "latin1")],
    ["image/jpeg", Buffer.from("\xff\xd8\xff\xe0", "latin1")],
    ["image/gif", Buffer.from("GIF89a", "latin1")],
    ["image/webp", Buffer.from("RIFF\x01\n\x00\x00WEBPVP8 ", "latin1")],
    [undefined, Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>")],
    [undefined, Buffer.from("<html>\x89PNG\r\n\x1a\n", "latin1")],
    [undefined, Buffer.from("RIFF\x01\x00\x00\x00WAVE", "latin1")],
    [undefined, Buffer.alloc(0)],
  ])("are of the type that their bytes say: %s", (type, bytes) => {
    expect(imageType(bytes)).toBe(type);
  });

  it("are those whose bytes are an image, whatever their names; the others stay links", async () => {
    const { shown, asked } = await shownOf({
      "a.png": png,
      "b.svg": Buffer.from("<svg/>"),
      "c.jpg": Buffer.from("<script>"),
      "d.png": undefined,
      "e.gif": Buffer.from("GIF89a"),
    });
    expect(shown).toEqual(["a.png", "e.gif"]);
    expect(asked).not.toContain("b.svg");
  });

  it("are few, and small all together", async () => {
    const many = await shownOf(
      Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`${index + 10}.png`, png])),
    );
    expect(many.shown).toHaveLength(mostShown.images);
    expect(many.asked).toHaveLength(mostShown.images);
    const { bytes } = mostShown;
    const large = { "a.png": sized(bytes + 1), "b.png": sized(bytes - 50), "c.png": sized(100), "d.png": sized(40) };
    expect((await shownOf(large)).shown).toEqual(["b.png", "d.png"]);
  });
});
