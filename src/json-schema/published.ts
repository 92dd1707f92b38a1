import type { Book } from "./book.ts";
import { shared } from "./definitions.ts";
import { described } from "./describe.ts";
import type { Json } from "./json.ts";

type About = {
  /** Of its file, without `.schema.json`. */
  readonly name: string;
  /** What files of it are: a sentence. */
  readonly description: string;
};

/** A schema as it is published: with its hover texts, what is the same written once, and its name. */
export function published(root: Json, book: Book, { name, description }: About): Json {
  const whole = unfolded(root, book);
  const texts = described({ ...whole.schema, definitions: book.definitions }, whole.name ?? name);
  const { definitions = {}, ...rest } = shared(texts);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: `${name}.schema.json`,
    // No title: editors would show it above the text of every key.
    ...rest,
    description,
    ...(Object.keys(definitions).length === 0 ? {} : { definitions }),
  } as Json;
}

/** The top of a file is no reference: editors take title and description from it. */
function unfolded(root: Json, { definitions }: Book): { readonly schema: Json; readonly name?: string } {
  const name = root.$ref?.replace("#/definitions/", "");
  const definition = name === undefined ? undefined : definitions[name];
  if (name === undefined || definition === undefined) return { schema: root };
  const isUsedElsewhere = JSON.stringify({ ...definitions, [name]: undefined }).includes(JSON.stringify(root.$ref));
  const refersToItself = JSON.stringify(definition).includes(JSON.stringify(root.$ref));
  if (!isUsedElsewhere && !refersToItself) delete definitions[name];
  return { schema: definition, name };
}
