import * as z from "zod";
import type { ProblemCode } from "../../yaml/problem-codes.ts";
import type { Problem } from "../../yaml/problem.ts";
import { integer, oneOf, shape, text } from "../../yaml/shape.ts";
import { positionOf, type NodePath, type SourceNode } from "../../yaml/source.ts";
import { count, word } from "./wire.ts";

/** A container that the instance runs beside its own applications. */
export type Application = {
  readonly name: string;
  readonly image: string;
  readonly endpoints: readonly { readonly target: number; readonly published: number }[];
  readonly environmentVariables: Readonly<Record<string, unknown>>;
  readonly bindMounts: readonly { readonly source: string; readonly target: string }[];
};

export const applicationsSchema = () =>
  z.array(
    z.strictObject({
      name: text(),
      type: oneOf(["docker"]).optional(),
      image: z.strictObject({ reference: text() }),
      endpoints: z.array(
        z.strictObject({
          target: integer().describe("Port inside the container, 1026 to 65534."),
          published: integer().describe("Port of the instance, 1026 to 65534; each of its own."),
        }),
      ),
      environment_variables: z.record(z.string(), z.unknown()).optional(),
      bind_mounts: z.array(z.strictObject({ source: text(), target: text() })).optional(),
    }),
  );

type Declared = z.infer<ReturnType<typeof applicationsSchema>>;

export function toApplications(declared: Declared): readonly Application[] {
  return declared.map(
    ({ name, image, endpoints, environment_variables: variables = {}, bind_mounts: mounts = [] }) => ({
      name,
      image: image.reference,
      endpoints,
      environmentVariables: variables,
      bindMounts: mounts,
    }),
  );
}

/** Between these, without them, as the official client has it. */
const ports = { above: 1025, below: 65_535 };

export function applicationProblems(declared: Declared | undefined, node: SourceNode): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (code: ProblemCode, path: NodePath, message: string, fix: string) =>
    problems.push({
      code,
      severity: "error",
      where: positionOf(node, ["custom_applications", ...path]),
      message,
      fix,
    });
  const names = new Set<string>();
  const published = new Set<number>();
  for (const [index, { name, endpoints }] of (declared ?? []).entries()) {
    if (names.has(name)) {
      add(
        "duplicate-application",
        [index, "name"],
        `Another application is also named ${JSON.stringify(name)}.`,
        "Give each its own name.",
      );
    }
    names.add(name);
    for (const [place, endpoint] of endpoints.entries()) {
      for (const key of ["target", "published"] as const) {
        if (endpoint[key] > ports.above && endpoint[key] < ports.below) continue;
        add(
          "out-of-range",
          [index, "endpoints", place, key],
          `The port ${endpoint[key]} cannot be used.`,
          `Use a port from ${ports.above + 1} to ${ports.below - 1}.`,
        );
      }
      if (published.has(endpoint.published)) {
        add(
          "duplicate-port",
          [index, "endpoints", place, "published"],
          `The port ${endpoint.published} is published already.`,
          "Publish each endpoint on its own port.",
        );
      }
      published.add(endpoint.published);
    }
  }
  return problems;
}

/** The wire's `customServices`, member for member as the official client sends them. */
export function applicationsRequest(applications: readonly Application[]): readonly unknown[] {
  return applications.map(({ name, image, endpoints, environmentVariables, bindMounts }) => {
    const variables = Object.entries(environmentVariables);
    return {
      name,
      type: "docker",
      image: { type: "docker", reference: image },
      docker: { privileged: true },
      ...(endpoints.length === 0
        ? {}
        : {
            endpoints: endpoints.map(({ target, published }) => ({
              name: "connect",
              protocol: "http",
              target,
              published,
            })),
          }),
      ...(variables.length === 0
        ? {}
        : {
            environmentVariables: Object.fromEntries(
              variables.map(([key, value]) => [
                key,
                { type: "local", ...(value === undefined || value === null ? {} : { value }) },
              ]),
            ),
          }),
      ...(bindMounts.length === 0
        ? {}
        : { volumes: bindMounts.map(({ source, target }) => ({ type: "bind", readOnly: false, source, target })) }),
    };
  });
}

/** What makes two applications the same, whatever order they are in and whatever the service filled in. */
export function declaredApplications(applications: readonly Application[]): readonly string[] {
  return applications.map((application) => sentence(application)).sort();
}

/** The part of the service's `customServices` that is compared. */
export const wireServices = shape(() =>
  z.array(
    z.looseObject({
      name: word(),
      image: z.looseObject({ reference: word() }).nullish(),
      endpoints: z.array(z.looseObject({ target: count().nullish(), published: count().nullish() })).nullish(),
      environmentVariables: z.record(z.string(), z.looseObject({ value: z.unknown() }).nullable()).nullish(),
      volumes: z.array(z.looseObject({ source: word(), target: word() })).nullish(),
    }),
  ),
);
type WireServices = z.infer<ReturnType<typeof wireServices>>;

export function liveApplications(services: WireServices): readonly string[] {
  return services
    .map(({ name, image, endpoints, environmentVariables, volumes }) =>
      sentence({
        name: name ?? "",
        image: image?.reference ?? "",
        endpoints: (endpoints ?? []).map(({ target, published }) => ({
          target: target ?? 0,
          published: published ?? 0,
        })),
        environmentVariables: Object.fromEntries(
          Object.entries(environmentVariables ?? {}).map(([key, variable]) => [key, variable?.value]),
        ),
        bindMounts: (volumes ?? []).map(({ source, target }) => ({ source: source ?? "", target: target ?? "" })),
      }),
    )
    .sort();
}

/** Names and places; of the variables only the names, because their values may be nobody's business. */
function sentence({ name, image, endpoints, environmentVariables, bindMounts }: Application): string {
  return [
    `${name}: ${image}`,
    ...endpoints.map(({ target, published }) => `${published}:${target}`).sort(),
    ...bindMounts.map(({ source, target }) => `${source}:${target}`).sort(),
    ...Object.keys(environmentVariables).sort(),
  ].join(" ");
}

/** The names of the variables whose values differ, application by application. */
export function otherVariables(applications: readonly Application[], services: WireServices): readonly string[] {
  return applications.flatMap(({ name, environmentVariables }) => {
    const shown = services.find((service) => service.name === name)?.environmentVariables ?? {};
    return Object.entries(environmentVariables)
      .filter(([key, value]) => {
        const told = shown[key]?.value;
        return told !== undefined && told !== null && plain(told) !== plain(value);
      })
      .map(([key]) => `${name}.${key}`);
  });
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
