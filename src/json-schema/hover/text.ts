/** What an editor says of a key. */
export type Hover =
  | string
  | {
      readonly text: string;
      /** What each of the words means that the key may say. */
      readonly words?: Readonly<Record<string, string>>;
      /** Values that an editor proposes where no closed list of them is known. */
      readonly examples?: readonly unknown[];
    };

/**
 * Texts by the end of a key's place: `size`, or `amlcompute.size` where a key of that name means something else below
 * other keys; `*` is any one key. The longest that fits is taken; what stands at a shape itself counts where none fits.
 */
export type HoverTexts = Readonly<Record<string, Hover>>;
