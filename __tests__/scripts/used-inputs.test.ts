import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "@jest/globals";
import ts from "typescript";
import { usedInputs } from "../../scripts/reference/used-inputs.ts";
import { commandNames, inputTable } from "../../src/inputs.ts";
import type { Command } from "../../src/report/result.ts";

const src = join(import.meta.dirname, "../../src");
const inputNames = Object.keys(inputTable) as (keyof typeof inputTable)[];
const camelCase = (name: string) => name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

type File = { readonly imports: readonly string[]; readonly reads: ReadonlySet<string> };

const files = new Map<string, File>();

/** What a file imports as values, and which members of `inputs` it reads: by name, or by taking them apart. */
function fileAt(path: string): File {
  const known = files.get(path);
  if (known !== undefined) return known;
  const imports: string[] = [];
  const reads = new Set<string>();
  const at = (specifier: string) => normalize(join(dirname(path), specifier));
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && node.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword) {
      const { text } = node.moduleSpecifier as ts.StringLiteral;
      if (text.startsWith(".")) imports.push(at(text));
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier !== undefined && ts.isStringLiteral(specifier) && specifier.text.startsWith("."))
        imports.push(at(specifier.text));
    }
    if (ts.isPropertyAccessExpression(node) && isInputs(node.expression)) reads.add(node.name.text);
    if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name) && isInputs(node.initializer))
      for (const element of node.name.elements) reads.add((element.propertyName ?? element.name).getText());
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true));
  const file = { imports, reads };
  files.set(path, file);
  return file;
}

function isInputs(node: ts.Node | undefined): boolean {
  if (node === undefined) return false;
  return (
    (ts.isIdentifier(node) && node.text === "inputs") ||
    (ts.isPropertyAccessExpression(node) && node.name.text === "inputs")
  );
}

/** The inputs that these files and all that they import read. */
function readsFrom(entries: readonly string[], stop: readonly string[] = []): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = entries.map((entry) => join(src, entry));
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path) || stop.some((folder) => path.startsWith(join(src, folder)))) continue;
    seen.add(path);
    waiting.push(...fileAt(path).imports);
  }
  return new Set([...seen].flatMap((path) => [...fileAt(path).reads]));
}

/** Read for every command, whatever its own file imports. */
const shared = readsFrom(["main.ts"], ["commands/run-command.ts"]);

/** Read by a function that is handed all inputs at once. */
const handedOver: Partial<Record<Command, readonly string[]>> = { detach: ["parallel", "force"] };

/**
 * What a file reads that a command imports for another function. Each with what the command takes from there, in the order
 * of the inputs.
 */
const notCalled: Partial<Record<Command, Readonly<Record<string, string>>>> = {
  plan: {
    wait: "release-declared.ts hands it on with what planning needs; a plan waits for nothing",
    rerun: "submit-run.ts, imported by release-declared.ts for takingTurns",
    download: "run-defaults.ts, imported by submit-run.ts for fallbackExperiment",
  },
  train: { "plan-file": "plan-file.ts, imported by ensure-targets.ts for a plan that train is never given" },
  deploy: {
    "on-timeout": "follow-run.ts, imported by run-declared.ts, of which deploy takes needsWorkspace",
    rerun: "submit-run.ts, imported by release-declared.ts for takingTurns",
    "plan-file": "plan-file.ts, imported by ensure-targets.ts for a plan that deploy is never given",
    "cancel-superseded": "run-declared.ts, of which deploy takes needsWorkspace",
    download: "run-defaults.ts, imported by run-declared.ts, of which deploy takes needsWorkspace",
    "download-path": "follow-run.ts, imported by run-declared.ts, of which deploy takes needsWorkspace",
  },
  doctor: {
    force: "plan-targets.ts, of which doctor takes planOptions",
    wait: "run-defaults.ts, of which doctor takes downloadsOf",
  },
};

describe("usedInputs", () => {
  it.each(commandNames)("says of %s nothing that the command could not read", (command) => {
    const read = new Set([...shared, ...readsFrom([`commands/${command}.ts`]), ...(handedOver[command] ?? [])]);
    const claimed = inputNames.filter((name) => usedInputs[name].includes(command));
    expect(claimed.filter((name) => !read.has(camelCase(name)))).toEqual([]);
  });

  it.each(commandNames)("leaves out nothing that %s reads", (command) => {
    const read = readsFrom([`commands/${command}.ts`]);
    const left = inputNames.filter((name) => read.has(camelCase(name)) && !usedInputs[name].includes(command));
    expect(left).toEqual(Object.keys(notCalled[command] ?? {}));
  });
});
