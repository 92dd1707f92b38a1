import { code, heading, link, type Block, type Inline, type Section } from "../document.ts";
import { count } from "../format.ts";
import type { LoggedImage, Result } from "../result.ts";

/** More than these are there for whoever asks. Our choice. */
const mostShown = 20;

/** The images that the run has logged: those whose bytes are known as they are, each with a link to where it can be seen. */
export function imagesSection({ run }: Pick<Result, "run">): readonly Section[] {
  const images = run?.images ?? [];
  if (images.length === 0) return [];
  const shown = images.flatMap((image): Block[] => {
    const { content, path } = image;
    return content === undefined
      ? []
      : [{ kind: "image", caption: captionOf(image), description: `The logged image ${path}`, ...content }];
  });
  const linked = images.filter(({ content }) => content === undefined);
  const more = linked.slice(mostShown);
  const folded: readonly Block[] =
    more.length === 0 ? [] : [{ kind: "details", summary: count(more.length, "more image"), blocks: [list(more)] }];
  const links = linked.length === 0 ? [] : [list(linked.slice(0, mostShown))];
  return [{ rank: 5, blocks: [heading(2, "Images"), ...shown, ...links, ...folded] }];
}

function list(images: readonly LoggedImage[]): Block {
  return { kind: "list", items: images.map((image) => ({ content: captionOf(image) })) };
}

function captionOf({ path, step, url }: LoggedImage): readonly Inline[] {
  const image = url === undefined ? code(path) : link(path, url);
  return step === undefined ? [image] : [image, " of ", code(step)];
}
