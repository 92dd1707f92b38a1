import { autoMlTexts } from "./hover/automl.ts";
import { computeTexts } from "./hover/compute.ts";
import { declarationTexts } from "./hover/declaration.ts";
import { deploymentTexts } from "./hover/deployment.ts";
import { firstSdkTexts } from "./hover/first-sdk.ts";
import { jobPartTexts } from "./hover/job-parts.ts";
import { jobTexts } from "./hover/job.ts";
import { pipelineTexts } from "./hover/pipeline.ts";
import type { Hover, HoverTexts } from "./hover/text.ts";
import { withParts, type Json } from "./json.ts";
import { wordsOf } from "./union.ts";

/** What each file says of the keys of its own field. */
export const hoverFiles: readonly HoverTexts[] = [
  firstSdkTexts,
  deploymentTexts,
  autoMlTexts,
  jobPartTexts,
  jobTexts,
  pipelineTexts,
  computeTexts,
  declarationTexts,
];
const texts: ReadonlyMap<string, Hover> = new Map(hoverFiles.flatMap((file) => Object.entries(file)));

/**
 * The schema with the text of each key, and what its words mean.
 *
 * @param name of the whole, which its keys' places begin with; those in a definition begin with the definition's.
 * @param onUse told of each text that is used, for a test that none is left over.
 */
export function described(root: Json, name: string, onUse: (place: string) => void = () => undefined): Json {
  const inside = (path: readonly string[]) => (part: Json, key?: string) =>
    key === undefined ? withTexts(part, path) : withTexts(memberAt(part, [...path, key]), [...path, key]);
  const withTexts = (schema: Json, path: readonly string[]): Json => {
    const { if: condition, definitions, ...rest } = schema;
    return {
      ...withParts(rest, inside(path)),
      ...(condition === undefined ? {} : { if: condition }),
      ...(definitions === undefined
        ? {}
        : {
            definitions: Object.fromEntries(
              Object.entries(definitions).map(([own, part]) => [own, withTexts(part, [own])]),
            ),
          }),
    };
  };
  const memberAt = (member: Json, path: readonly string[]): Json => {
    const place = placeOf(path);
    if (place === undefined) return member;
    onUse(place);
    return withHover(member, texts.get(place) ?? "");
  };
  return withTexts(root, [name]);
}

/** The longest end of a key's place that has a text; of equally long ones, the one that names every key. */
function placeOf(path: readonly string[]): string | undefined {
  const ends = path.map((_, index) => path.slice(index));
  const places = ends.flatMap((end) => [
    end.join("."),
    ...end.slice(0, -1).map((_, index) => end.with(index, "*").join(".")),
  ]);
  return places.find((place) => texts.has(place));
}

function withHover(member: Json, hover: Hover): Json {
  // What the service fills in says so itself.
  if (member.readOnly === true) return member;
  const { text, words = {}, examples } = typeof hover === "string" ? { text: hover } : hover;
  return {
    ...withWords(member, words),
    description: text,
    ...(examples === undefined ? {} : { examples }),
    ...snippetsOf(member),
  };
}

/** Words in place of a mapping: editors propose what stands behind `else` only where they are told to. */
function snippetsOf({ if: condition, else: other }: Json): Pick<Json, "defaultSnippets"> {
  const words = condition?.type === "object" ? wordsOf(other) : undefined;
  return words === undefined ? {} : { defaultSnippets: words.map((word) => ({ label: word, body: word })) };
}

/** The meaning of each word, where the schema lists them. */
function withWords(member: Json, meanings: Readonly<Record<string, string>>): Json {
  const words = wordsOf(member);
  if (words === undefined || words.some((word) => meanings[word] === undefined)) return member;
  const enumDescriptions = words.map((word) => meanings[word] ?? "");
  if (member.enum !== undefined) return { ...member, enumDescriptions };
  const [listed, ...others] = member.anyOf ?? [];
  return listed?.enum === undefined ? member : { ...member, anyOf: [{ ...listed, enumDescriptions }, ...others] };
}
