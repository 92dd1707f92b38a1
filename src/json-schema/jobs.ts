import { jobFiles, jobTypeNames, type JobTypeName } from "../job/job-files.ts";
import { jobTypes } from "../job/job.ts";
import type { NodeType } from "../job/node/kind.ts";
import { nodeTypes } from "../job/node/nodes.ts";
import { stepTypes } from "../job/v1-pipeline/steps.ts";
import { withMember, type Book } from "./book.ts";
import { fromShape } from "./from-shape.ts";
import type { Json } from "./json.ts";
import { wordsSchema } from "./spelling.ts";
import { choice, having } from "./union.ts";

/** A job of one type, with its steps where it has some. */
export function jobSchema(book: Book, type: JobTypeName): Json {
  return book.refer(jobFiles[type].schemaName, () => {
    const schema = fromShape(jobTypes[type].schema());
    if (type === "pipeline") return withMember(schema, "jobs", (jobs) => stepsSchema(book, jobs));
    return type === "v1_pipeline" ? withMember(schema, "pipeline", (inside) => withFirstSteps(book, inside)) : schema;
  });
}

/** The keys by which jobs without `type` are told, in the order in which they are looked for. */
const keysOfTypes: readonly (readonly [string, JobTypeName])[] = [
  ["command", "command"],
  ["trial", "sweep"],
  ["search_space", "sweep"],
  ["jobs", "pipeline"],
  ["pipeline", "v1_pipeline"],
  ["runconfig", "v1_run"],
];

/** A job of whatever type it says, or of the one whose keys it has. */
export function anyJobSchema(book: Book): Json {
  return book.refer("job", () => {
    const byKeys = keysOfTypes.reduceRight<Json>(
      (otherwise, [key, type]) => ({
        if: having(key),
        then: jobSchema(book, type),
        else: otherwise,
      }),
      jobSchema(book, "command"),
    );
    const types = jobTypeNames.map((type) => ({ words: words([type]), branch: jobSchema(book, type) }));
    return choice("type", types, words(jobTypeNames), byKeys);
  });
}

const words = (list: readonly string[]): Json => ({ type: "string", enum: list });

/** Steps of a pipeline by their names. */
function stepsSchema(book: Book, around: Json): Json {
  return { ...around, type: "object", additionalProperties: stepSchema(book) };
}

/** A step of whatever type; without `type` it runs its trials, or a command. */
function stepSchema(book: Book): Json {
  const types = Object.values(nodeTypes);
  const taken = types.map(({ name }) => name);
  const isTaken = (word: string) => taken.includes(word.toLowerCase());
  return book.refer("step", () =>
    choice(
      "type",
      types.map((type) => ({ words: wordsSchema([type.name], isTaken), branch: oneStepSchema(book, type) })),
      wordsSchema(taken, isTaken),
      {
        if: having("trial"),
        then: { $ref: "#/definitions/sweepStep" },
        else: { $ref: "#/definitions/commandStep" },
      },
    ),
  );
}

function oneStepSchema(book: Book, type: NodeType): Json {
  return book.refer(stepName(type), () => {
    const schema = fromShape(type.schema());
    // What a step writes in place of a component's file.
    const component = (member: Json) => withComponent(member, () => componentSchema(book, type));
    const trial = (member: Json) => withComponent(member, () => componentSchema(book, nodeTypes["command"]));
    return withMember(withMember(schema, "component", component), "trial", trial);
  });
}

function withComponent(member: Json, component: () => Json): Json {
  return member.if?.type === "object" && member.then !== undefined ? { ...member, then: component() } : member;
}

/** A component of one type. */
export function componentSchema(book: Book, type: NodeType | undefined): Json {
  const { component } = type ?? {};
  if (component === undefined) throw new Error(`Steps of type ${type?.name ?? "unknown"} have no component.`);
  return book.refer(component.schemaName, () =>
    withMember(fromShape(component.schema()), "jobs", (jobs) => stepsSchema(book, jobs)),
  );
}

/** The types of components, by az ml's names of their schemas. */
export const componentTypes: ReadonlyMap<string, NodeType> = new Map(
  Object.values(nodeTypes).flatMap((type): [string, NodeType][] =>
    type.component === undefined ? [] : [[type.component.schemaName, type]],
  ),
);

/** The pipeline of the first SDK with its steps. */
function withFirstSteps(book: Book, pipeline: Json): Json {
  const steps = stepTypes.map(({ type, schema }) => ({
    words: words([type]),
    branch: book.refer(`firstSdk${type}`, () => fromShape(schema())),
  }));
  const one = book.refer("firstSdkStep", () => choice("type", steps, words(stepTypes.map(({ type }) => type))));
  return withMember(pipeline, "steps", (member) => ({ ...member, additionalProperties: one }));
}

/** Under which steps of a type stand: `dataTransferStep`. */
export function stepName({ name }: NodeType): string {
  return `${name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())}Step`;
}
