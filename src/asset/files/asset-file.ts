import type { z } from "zod";
import type { AddProblem } from "../../compute/kind.ts";
import { problemsAt } from "../../compute/problems-at.ts";
import type { Problem } from "../../yaml/problem.ts";
import { checkShape } from "../../yaml/shape.ts";
import type { SourceNode } from "../../yaml/source.ts";
import type { NamedAsset } from "../kind.ts";
import { versionText } from "../version.ts";
import { readLocation, type Location } from "./location.ts";

/** What the files of all kinds that are made of files have. */
type DeclaredFile = {
  readonly name?: string | undefined;
  readonly version?: string | number | boolean | undefined;
  readonly path: string;
  readonly datastore?: string | undefined;
};

type FileRules = {
  /** For messages: `data asset`. */
  readonly label: string;
  /** True for an asset that MLflow's `runs:/ID/path` may name. */
  readonly takesRuns?: true;
  /** True for a kind of which the content may be all the name there is. */
  readonly mayBeUnnamed?: true;
};

/** The asset of a file, or every problem at its place. */
export type ReadAsset<Definition> = {
  readonly asset?: NamedAsset<Definition>;
  readonly problems: readonly Problem[];
};

/**
 * Reads a file that registers an asset which is made of files: its shape, its name and version, and where its bytes are.
 *
 * @param definitionOf what is of the kind alone; it adds problems of its own.
 */
export function readAssetFile<Value extends DeclaredFile, Definition>(
  schema: () => z.ZodType<Value>,
  node: SourceNode,
  rules: FileRules,
  definitionOf: (value: Value, location: Location, add: AddProblem) => Definition,
): ReadAsset<Definition> {
  const { value, problems: wrongShape } = checkShape(schema, node);
  if (value === undefined) return { problems: wrongShape };
  const { found: problems, add } = problemsAt(node);
  const identity = readIdentity(value, rules, node, add);
  const location = readLocation({ ...value, takesRuns: rules.takesRuns === true }, rules.label, node, add);
  if (location === undefined) return { problems };
  const definition = definitionOf(value, location, add);
  return { ...(identity === undefined ? {} : { asset: { source: node, ...identity, definition } }), problems };
}

/** Name and version under which a file registers an asset; nothing where it needs a name and has none. */
function readIdentity(
  declared: DeclaredFile,
  { label, mayBeUnnamed }: FileRules,
  node: SourceNode,
  add: AddProblem,
): Pick<NamedAsset<unknown>, "name" | "version"> | undefined {
  const { name } = declared;
  const version = versionText(declared.version, node);
  if (version !== undefined && /[/?#\s]/.test(version)) {
    const message = `${JSON.stringify(version)} is not a valid version.`;
    add("illegal-version", ["version"], message, "Use letters, digits, dots, dashes and underscores.");
  }
  if (name === undefined) {
    if (mayBeUnnamed === true && version === undefined) return {};
    const message = version === undefined ? 'The key "name" is missing.' : "The file has a version but no name.";
    add("missing-key", version === undefined ? [] : ["version"], message, "Add name.");
    return undefined;
  }
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,254}$/.test(name)) {
    add(
      "illegal-name",
      ["name"],
      `${JSON.stringify(name)} is not a valid name for a ${label}.`,
      "Use letters, digits, dots, dashes and underscores, starting with a letter or digit; at most 255 characters.",
    );
  }
  return { name, ...(version === undefined ? {} : { version }) };
}
