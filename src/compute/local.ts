import * as z from "zod";
import { boolean, checkShape, shape } from "../yaml/shape.ts";
import type { SourceNode } from "../yaml/source.ts";
import type { Difference, ReadContext, ReadResult, TargetBase } from "./kind.ts";
import { firstKeys, readBase } from "./read-base.ts";

/** The runner itself: training runs where the action runs. */
export type Local = TargetBase & {
  readonly type: "local";
  /** Each job in a container of its environment's image. */
  readonly container?: true;
};

export const label = "this runner";
export const origin = "none";
export const users = [] as const;
export const runs = ["command", "sweep"] as const;

export const schema = shape(() =>
  z
    .strictObject({
      ...firstKeys("local", "Name that a run's `compute` refers to."),
      container: boolean()
        .optional()
        .describe("Run each job in a container of its environment's image, by docker or podman."),
    })
    .describe("The runner itself. Nothing is attached; a run that names it is executed by the runner."),
);

export function read(node: SourceNode, _context: ReadContext): ReadResult<Local> {
  const { value, problems } = checkShape(schema, node);
  if (value === undefined) return { problems };
  return {
    target: { type: "local", ...readBase(value, node), ...(value.container === true ? { container: true } : {}) },
    problems,
  };
}

export function usesContainer({ container }: Local): boolean {
  return container === true;
}

export function resourceIdOf(): undefined {
  return undefined;
}

export function secretsOf(): readonly [] {
  return [];
}

export function permissionsOf(): readonly [] {
  return [];
}

export function toRequest(target: Local): Promise<never> {
  return Promise.reject(new Error(`'${target.name}' is the runner itself and is never sent to the service.`));
}

export function toUpdate(): undefined {
  return undefined;
}

export function differencesFrom(): readonly Difference[] {
  return [];
}
