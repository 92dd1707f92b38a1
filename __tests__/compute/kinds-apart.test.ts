import { describe, expect, it } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { KindFacts } from "../../src/compute/kind.ts";
import { kinds } from "../../src/compute/target.ts";

const src = join(import.meta.dirname, "..", "..", "src");
const list = "compute/target.ts";
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const textOf = (file: string) => readFileSync(join(src, file), "utf8");
const importsOf = (file: string) =>
  [...textOf(file).matchAll(/from "(\.[^"]+)"/g)].map(([, path = ""]) => relative(src, join(src, dirname(file), path)));

/** The modules of the kinds, as the list imports them: a file, or a file in a folder of the kind's own. */
const modules = [...textOf(list).matchAll(/^import \* as \w+ from "(\.[^"]+)";$/gm)].map(([, path = ""]) =>
  relative(src, join(src, dirname(list), path)),
);
const ownOf = (module: string) => (dirname(module) === "compute" ? module : `${dirname(module)}/`);
const own = modules.map(ownOf);
const isOfKind = (file: string) =>
  own.some((place) => file === place || (place.endsWith("/") && file.startsWith(place)));
const shared = files.filter((file) => !isOfKind(file) && file !== list);

const names = Object.entries<KindFacts>(kinds).flatMap(([type, { computeType, azmlSchemas = [] }]) => [
  type,
  ...(computeType === undefined ? [] : [computeType]),
  ...azmlSchemas,
]);
const quoted = new RegExp(`["'\`](${names.join("|")})["'\`]`, "gi");

/** Where a word that is also a kind's name stands for something else. */
const allowed: readonly { readonly files: RegExp; readonly line: RegExp; readonly why: string }[] = [
  {
    files: /./,
    line: /\bfrom(:| [!=]==) "local"/,
    why: "Code and build contexts come from a local folder or from elsewhere.",
  },
  {
    files: /^job\/(runconfig\/|v1-pipeline\/runconfig-)/,
    line: /"(local|amlcompute)"/,
    why: "Words of the first SDK's run configurations: a section, and two values of target.",
  },
  {
    files:
      /^(deployment|release)\/|^declaration\/read-deployments|^permissions\/deployment-needs|^report\/(sections\/deployments|first-screen)|^json-schema\/deployments/,
    line: /"(aci|aks|batch|kubernetes|local|amlcompute)"/i,
    why: "Types of deployments have names of their own, some of which are those of kinds, too.",
  },
  {
    files: /^declaration\/compute-json/,
    line: /"(aks|amlcompute)"/,
    why: "The action aml-compute knew two kinds of clusters; its file becomes a target of one of them.",
  },
  {
    files: /^json-schema\/hover\//,
    line: /examples: /,
    why: "What editors propose as an example.",
  },
];
const isAllowed = (file: string, line: string) => allowed.some((one) => one.files.test(file) && one.line.test(line));

/** Comments may name kinds as examples: they decide nothing. */
const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");

describe("kinds stand apart", () => {
  it("has found the modules of all kinds", () => {
    expect(modules.length).toBeGreaterThanOrEqual(Object.keys(kinds).length);
    for (const module of modules) expect(files).toContain(module);
  });

  it("nothing but the list imports a kind's module or a part of it", () => {
    const importers = shared.flatMap((file) =>
      importsOf(file)
        .filter(isOfKind)
        .map((path) => `${file} imports ${path}`),
    );
    expect(importers).toEqual([]);
  });

  it("no kind imports another one", () => {
    const importers = modules.flatMap((module) => {
      const place = ownOf(module);
      return files
        .filter((file) => file === place || (place.endsWith("/") && file.startsWith(place)))
        .flatMap((file) => importsOf(file).map((path) => ({ file, path })))
        .filter(({ path }) => isOfKind(path) && path !== place && !path.startsWith(place))
        .map(({ file, path }) => `${file} imports ${path}`);
    });
    expect(importers).toEqual([]);
  });

  it("no other file of src names a kind", () => {
    const mentions = shared.flatMap((file) =>
      withoutComments(textOf(file))
        .split("\n")
        .filter((line) => line.search(quoted) !== -1 && !isAllowed(file, line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(mentions).toEqual([]);
  });
});
