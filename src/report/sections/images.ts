import { code, heading, link, type Block, type Item, type Section } from "../document.ts";
import { count } from "../format.ts";
import type { LoggedImage, Result } from "../result.ts";

/** More than these are there for whoever asks. Our choice. */
const mostShown = 20;

/** The images that the run has logged, each a link to where it can be seen. */
export function imagesSection({ run }: Pick<Result, "run">): readonly Section[] {
  const images = run?.images ?? [];
  if (images.length === 0) return [];
  const more = images.slice(mostShown);
  const folded: readonly Block[] =
    more.length === 0
      ? []
      : [
          {
            kind: "details",
            summary: count(more.length, "more image"),
            blocks: [{ kind: "list", items: more.map(item) }],
          },
        ];
  return [
    {
      rank: 5,
      blocks: [heading(2, "Images"), { kind: "list", items: images.slice(0, mostShown).map(item) }, ...folded],
    },
  ];
}

function item({ path, step, url }: LoggedImage): Item {
  const image = url === undefined ? code(path) : link(path, url);
  return { content: step === undefined ? image : [image, " of ", code(step)] };
}
