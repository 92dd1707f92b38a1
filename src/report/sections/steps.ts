import { leafCause } from "../../azure/service-error.ts";
import { badge, code, heading, joined, link, sentence, type Block, type Section, type Text } from "../document.ts";
import { count, duration } from "../format.ts";
import type { ChildReport, DeclaredStep, Result, RunReport } from "../result.ts";
import { saidAtTop, textOfError, type IsSaid } from "../told-failures.ts";
import { tones } from "../wording.ts";

/** More of either is a picture in which nobody finds anything, and the second is what Mermaid draws at most. Our choice. */
const mostDrawn = { nodes: 60, edges: 300 };

/** A step, and the run that it has become. */
type Step = DeclaredStep & { readonly run?: ChildReport };

/** The steps of a pipeline with their states, and what came after what. */
export function stepsSection(result: Pick<Result, "run"> & Partial<Result>): readonly Section[] {
  const { run } = result;
  if (run === undefined) return [];
  const steps = stepsOf(run);
  // What is declared says nothing yet where none of it is known to have started.
  if (!steps.some((step) => step.run !== undefined)) return [];
  return [{ rank: 3, blocks: [heading(2, "Steps"), table(steps, run, saidAtTop(result)), ...graph(steps, run)] }];
}

/** In the order of the declaration; then what it does not name. */
function stepsOf({ steps: declared = [], children = [] }: RunReport): readonly Step[] {
  const runs = children.filter(({ step }) => step !== undefined);
  const names = declared.map(({ name }) => name);
  return [
    ...declared.map((step): Step => {
      const run = runs.find((one) => one.step === step.name);
      return { ...step, ...(run === undefined ? {} : { run }) };
    }),
    ...runs.flatMap((run): Step[] => {
      const name = run.step ?? run.name;
      return names.includes(name) ? [] : [{ name, after: [], run }];
    }),
  ];
}

/** A step without a run: what it waits for has failed, or is not over yet; or the service has given it none. */
const withoutRun = {
  success: "No run of its own",
  failure: "Not started",
  cancelled: "Not started",
  "in-progress": "Not started yet",
} as const satisfies Readonly<Record<RunReport["conclusion"], string>>;

const stateOf = ({ run }: Step, { conclusion }: RunReport) =>
  run === undefined
    ? ({ state: withoutRun[conclusion], tone: "neutral" } as const)
    : { state: run.status, tone: tones[run.conclusion] };

function table(steps: readonly Step[], pipeline: RunReport, isSaid: IsSaid): Block {
  const isConnected = steps.some(({ after }) => after.length > 0);
  const isFailed = steps.some(({ run }) => run?.error !== undefined && !isSaid(textOfError(run.error)));
  return {
    kind: "table",
    columns: [
      { title: "Step" },
      { title: "State" },
      ...(isConnected ? [{ title: "After" }] : []),
      { title: "Duration", numeric: true, reportOnly: true },
      ...(isFailed ? [{ title: "Cause", long: true as const }] : []),
    ],
    rows: steps.map((step): readonly Text[] => {
      const { name, after, run } = step;
      const { state, tone } = stateOf(step, pipeline);
      return [
        run?.url === undefined ? code(name) : link(name, run.url),
        badge(state, tone),
        ...(isConnected ? [joined(after.map(code), ", ")] : []),
        run?.durationSeconds === undefined ? "" : duration(run.durationSeconds),
        ...(isFailed ? [causeOf(run, isSaid)] : []),
      ];
    }),
  };
}

function causeOf(run: ChildReport | undefined, isSaid: IsSaid): Text {
  if (run?.error === undefined || isSaid(textOfError(run.error))) return "";
  const { message, code: reason } = leafCause(run.error);
  return [...sentence(message), " [", code(reason), "]"];
}

function graph(steps: readonly Step[], pipeline: RunReport): readonly Block[] {
  const places = new Map(steps.map(({ name }, index) => [name, index]));
  const edges = steps.flatMap(({ after }, to) =>
    after.flatMap((name): (readonly [number, number])[] => {
      const from = places.get(name);
      return from === undefined ? [] : [[from, to]];
    }),
  );
  if (edges.length === 0 || steps.length > mostDrawn.nodes || edges.length > mostDrawn.edges) return [];
  return [
    {
      kind: "graph",
      description: `${count(steps.length, "step")} and what each of them starts after, as in the table`,
      nodes: steps.map((step) => {
        const { run } = step;
        return {
          label: step.name,
          ...stateOf(step, pipeline),
          ...(run?.durationSeconds === undefined ? {} : { duration: duration(run.durationSeconds) }),
        };
      }),
      edges,
    },
  ];
}
