import * as z from "zod";
import type { PartReader } from "../../job/parts/read-part.ts";
import { boolean, integer, oneOf } from "../../yaml/shape.ts";
import { listed } from "../../yaml/wording.ts";

/** How traffic gets from the old deployment to the new one. */
export type Strategy =
  | { readonly type: "replace" }
  | { readonly type: "blue-green"; readonly keepOld: boolean }
  /** `keepOld`: the old one stays at 0 %, else it is deleted after the move. */
  | {
      readonly type: "canary";
      /** Percentages of the new deployment, rising, the last one 100. */
      readonly steps: readonly number[];
      readonly waitSeconds: number;
      readonly keepOld: boolean;
    }
  | {
      readonly type: "shadow";
      /** Percentage of requests that are copied, 1 to 50. */
      readonly mirror: number;
      readonly waitSeconds: number;
      readonly promote: boolean;
      readonly keepOld: boolean;
    };

export type StrategyName = Strategy["type"];

const words = ["replace", "blue-green", "canary", "shadow"] as const satisfies readonly StrategyName[];

/** Our choices, for a word in place of a mapping and for keys that are left out. */
const defaults = { steps: [10, 50, 100], canaryWait: 300, mirror: 10, shadowWait: 3600 } as const;

const keepOld = () =>
  boolean().optional().describe("The old deployment stays at 0 %; else it is deleted after the move.");
const wait = (what: string, seconds: number) => integer().optional().describe(`Seconds ${what}; default ${seconds}.`);

export const strategySchema = () =>
  z
    .union([
      oneOf(words),
      z.discriminatedUnion("type", [
        z.strictObject({ type: z.literal("replace") }),
        z.strictObject({ type: z.literal("blue-green"), keep_old: keepOld() }),
        z.strictObject({
          type: z.literal("canary"),
          steps: z
            .array(integer())
            .optional()
            .describe("Percentages of the new deployment, rising, the last one 100; default 10, 50, 100."),
          wait: wait("at each step", defaults.canaryWait),
          keep_old: keepOld(),
        }),
        z.strictObject({
          type: z.literal("shadow"),
          mirror: integer().optional().describe("Percentage of live requests that are copied, 1 to 50; default 10."),
          wait: wait("of mirrored traffic before the tests", defaults.shadowWait),
          promote: boolean().optional().describe("Go on as blue-green; else the new one stays at 0 %."),
          keep_old: keepOld(),
        }),
      ]),
    ])
    .describe("How traffic gets from the old deployment to the new one.");

type Declared = z.infer<ReturnType<typeof strategySchema>>;

/**
 * @param reader of the mapping that has the key.
 * @param allowed what deployments of this type can do. @param label of the type, for messages.
 */
export function readStrategy(
  declared: Declared | undefined,
  reader: PartReader,
  allowed: readonly StrategyName[],
  label: string,
): Strategy | undefined {
  if (declared === undefined) return undefined;
  const { add } = reader;
  const value = typeof declared === "string" ? ({ type: declared } as Exclude<Declared, string>) : declared;
  if (!allowed.includes(value.type)) {
    const at = typeof declared === "string" ? ["strategy"] : ["strategy", "type"];
    const fix = allowed.length === 1 ? `Use ${allowed.join("")}, or remove strategy.` : `Use ${listed(allowed)}.`;
    add("wrong-value", at, `A ${label} cannot be released by ${value.type}.`, fix);
    return undefined;
  }
  switch (value.type) {
    case "replace":
      return { type: "replace" };
    case "blue-green":
      return { type: "blue-green", keepOld: value.keep_old ?? false };
    case "canary":
      return {
        type: "canary",
        steps: readSteps(value.steps, reader),
        waitSeconds: readWait(value.wait ?? defaults.canaryWait, reader),
        keepOld: value.keep_old ?? false,
      };
    case "shadow": {
      const { mirror = defaults.mirror } = value;
      if (mirror < 1 || mirror > 50)
        add("out-of-range", ["strategy", "mirror"], `mirror is ${mirror}.`, "Use a percentage from 1 to 50.");
      return {
        type: "shadow",
        mirror,
        waitSeconds: readWait(value.wait ?? defaults.shadowWait, reader),
        promote: value.promote ?? false,
        keepOld: value.keep_old ?? false,
      };
    }
  }
}

function readWait(seconds: number, { add }: PartReader): number {
  if (seconds < 0) add("out-of-range", ["strategy", "wait"], `wait is ${seconds}.`, "Give seconds, 0 or more.");
  return seconds;
}

function readSteps(declared: readonly number[] | undefined, { add }: PartReader): readonly number[] {
  if (declared === undefined) return defaults.steps;
  const at = ["strategy", "steps"];
  const rising = [...new Set(declared.filter((step) => step >= 1 && step < 100))].sort((a, b) => a - b);
  const fix = `Write steps: [${[...rising, 100].join(", ")}].`;
  for (const [index, step] of declared.entries()) {
    if (step < 1 || step > 100)
      add("wrong-steps", [...at, index], `A step of ${step} % is not a share of the traffic from 1 to 100.`, fix);
    else if (index > 0 && step <= (declared[index - 1] ?? 0))
      add("wrong-steps", [...at, index], `A step of ${step} % does not follow one of ${declared[index - 1]} %.`, fix);
  }
  const last = declared.at(-1);
  if (last === undefined) add("wrong-steps", at, "The canary has no steps.", "Write steps: [10, 50, 100].");
  else if (last >= 1 && last < 100)
    add(
      "wrong-steps",
      [...at, declared.length - 1],
      `The last step is ${last} %, so that the release would never end.`,
      fix,
    );
  return declared;
}
