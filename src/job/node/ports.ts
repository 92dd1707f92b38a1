import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { pythonText } from "../../yaml/python-text.ts";
import { boolean, exactly, number, text } from "../../yaml/shape.ts";
import type { NodePath } from "../../yaml/source.ts";
import { suggestionFor } from "../../yaml/suggestion.ts";
import { checkGroupedName } from "../parts/bindings.ts";
import { dataTypes, scalar } from "../parts/inputs.ts";
import type { PartReader } from "../parts/read-part.ts";

const literalTypes = ["number", "integer", "boolean", "string"] as const;
const portTypes = [...dataTypes, "path", ...literalTypes] as const;
const modes = [
  "ro_mount",
  "rw_mount",
  "mount",
  "download",
  "upload",
  "direct",
  "eval_mount",
  "eval_download",
  "link",
] as const;

export const inputPortsSchema = () =>
  z.record(
    z.string(),
    z.strictObject({
      type: exactly(portTypes),
      description: text().optional(),
      optional: boolean().optional(),
      default: scalar().optional().describe("For literal types: what a step that says nothing gets."),
      min: z.union([number(), text()]).optional(),
      max: z.union([number(), text()]).optional(),
      enum: z.array(text()).optional(),
      mode: exactly(modes).optional(),
    }),
  );

export const outputPortsSchema = () =>
  z.record(
    z.string(),
    z.strictObject({
      type: exactly(portTypes),
      description: text().optional(),
      mode: exactly(modes).optional(),
    }),
  );

/** An input or output of a component, in az ml's words. */
export type Port = {
  readonly type: string;
  readonly description?: string;
  readonly optional?: boolean;
  /** As Python writes it: `0.1`, `True`. */
  readonly default?: string;
  readonly min?: string;
  readonly max?: string;
  readonly enum?: readonly string[];
  readonly mode?: string;
};
export type Ports = Readonly<Record<string, Port>>;

export function isLiteral(type: string): boolean {
  return literalTypes.some((literal) => literal === type);
}

export function readInputPorts(declared: z.infer<ReturnType<typeof inputPortsSchema>>, reader: PartReader): Ports {
  const { node, add } = reader;
  return Object.fromEntries(
    Object.entries(declared).map(([name, port]): [string, Port] => {
      const path = ["inputs", name];
      checkPortName(name, path, Object.keys(declared), reader);
      const { type } = port;
      for (const key of ["default", "min", "max", "enum"] as const) {
        if (port[key] === undefined || isLiteral(type)) continue;
        add(
          "wrong-key",
          [...path, key],
          `${key} is for inputs of type ${literalTypes.join(", ")}; this one is of type ${type}.`,
          "Remove it, or change the type.",
        );
      }
      const textOf = (key: "default" | "min" | "max") => {
        const value = port[key];
        if (value === undefined || !isLiteral(type)) return undefined;
        const at = [...path, key];
        const source = node.document.textAt?.([...node.path, ...at]);
        const written = literalText(value, type, source);
        if (written === undefined)
          add("wrong-type", at, `${JSON.stringify(value)} is not of type ${type}.`, `Write a value of type ${type}.`);
        return written;
      };
      return [
        name,
        {
          type,
          ...defined({
            description: port.description,
            optional: port.optional,
            default: textOf("default"),
            min: textOf("min"),
            max: textOf("max"),
            enum: port.enum,
            mode: isLiteral(type) ? undefined : port.mode,
          }),
        },
      ];
    }),
  );
}

export function readOutputPorts(declared: z.infer<ReturnType<typeof outputPortsSchema>>, reader: PartReader): Ports {
  return Object.fromEntries(
    Object.entries(declared).map(([name, { type, description, mode }]): [string, Port] => {
      checkPortName(name, ["outputs", name], Object.keys(declared), reader);
      return [name, { type, ...defined({ description, mode }) }];
    }),
  );
}

/** A group of inputs is written with dots; the service tells no names apart that differ by case. */
export function checkPortName(name: string, path: NodePath, names: readonly string[], reader: PartReader): void {
  checkGroupedName(name, path, reader);
  const first = names.find((other) => other.toLowerCase() === name.toLowerCase());
  if (first === undefined || first === name) return;
  reader.add(
    "illegal-name",
    path,
    `${JSON.stringify(name)} and ${JSON.stringify(first)} differ only by case, which the service ignores.`,
    "Rename one of the two.",
  );
}

/** A literal of a type, as the official client writes it; `undefined` for one that is not of the type. */
export function literalText(
  value: string | number | boolean,
  type: string,
  source: string | undefined,
): string | undefined {
  switch (type) {
    case "integer": {
      const whole = asNumber(value);
      return whole === undefined ? undefined : String(Math.trunc(whole));
    }
    case "number": {
      const exact = asNumber(value);
      return exact === undefined ? undefined : pythonText(exact, `${String(exact)}.`);
    }
    case "boolean":
      return /^(true|false)$/i.test(String(value)) ? pythonText(/^true$/i.test(String(value)), undefined) : undefined;
    default:
      // The official client reads a number before it makes text of it.
      return typeof value === "number" ? pythonText(value, `${String(value)}.`) : pythonText(value, source);
  }
}

function asNumber(value: string | number | boolean): number | undefined {
  if (typeof value === "boolean") return Number(value);
  const exact = typeof value === "string" && value.trim() === "" ? Number.NaN : Number(value);
  return Number.isFinite(exact) ? exact : undefined;
}

/** Members of a component's text. */
export function portMembers(inputs: Ports, outputs: Ports): Readonly<Record<string, unknown>> {
  return {
    ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
    ...(Object.keys(outputs).length === 0 ? {} : { outputs }),
  };
}

/** What a step gives, against what its component takes. */
export function checkAgainstPorts(
  given: Readonly<Record<string, unknown>>,
  ports: Ports,
  what: "input" | "output",
  { add }: PartReader,
): void {
  const names = Object.keys(ports);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(ports, name)) continue;
    add(
      "not-in-component",
      [`${what}s`, name],
      `The component has no ${what} ${JSON.stringify(name)}, so it is left out, as with az ml.${suggestionFor(name, names)}`,
      names.length === 0 ? `Remove it: the component has no ${what}s.` : `Its ${what}s are ${names.join(", ")}.`,
      "warning",
    );
  }
  if (what === "output") return;
  for (const [name, port] of Object.entries(ports)) {
    if (Object.hasOwn(given, name) || port.optional === true || port.default !== undefined) continue;
    add(
      "missing-input",
      ["inputs"],
      `The component needs the input ${JSON.stringify(name)} (${port.type}), and the step does not give it.`,
      `Add ${name} under the step's inputs.`,
    );
  }
}
