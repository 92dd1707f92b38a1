import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  eachMapping,
  GREATEST_LOWER_BOUND,
  LEAST_UPPER_BOUND,
  originalPositionFor,
  TraceMap,
} from "@jridgewell/trace-mapping";
import { CoverageReport } from "monocart-coverage-reports";

/**
 * `npm run coverage [-- JEST ARGUMENTS]`: which lines of the sources the tests run, inside jest and inside the bundle that
 * end-to-end tests start as a runner does. V8 counts in every process, and the counts are added up.
 */
const root = join(import.meta.dirname, "..");
const folder = join(root, "build", "coverage");
const raw = join(folder, "raw");
rmSync(folder, { recursive: true, force: true });
mkdirSync(raw, { recursive: true });

// The bundle as in dist/, but not minified, with maps that lead back to what the compiler made of the sources.
run(
  "node_modules/typescript/bin/tsc",
  "--project",
  "tsconfig.build.json",
  "--sourceMap",
  "--inlineSources",
  "--outDir",
  join(folder, "js"),
);
const bundle = join(folder, "dist");
run("node_modules/@vercel/ncc/dist/ncc/cli.js", "build", join(folder, "js/start.js"), "-o", bundle, "-s", "-q", "-C");

const tests = spawnSync(
  process.execPath,
  [
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    "node_modules/jest/bin/jest.js",
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: "inherit", env: { ...process.env, NODE_V8_COVERAGE: raw, COVERED_ACTION: folder } },
);
const linesOf = new Map<string, Map<number, number>>();
const compilersMaps = new Map<string, TraceMap>();
await addJest();
addBundle();
printLines();
process.exitCode = tests.status ?? 1;

function run(script: string, ...given: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [script, ...given], { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error(`${script} ended with ${status ?? "a signal"}.`);
}

async function withoutTypes(entry: { readonly url: string; source?: string }): Promise<void> {
  entry.source = stripTypeScriptTypes(await readFile(fileURLToPath(entry.url), "utf8"));
}

/** Lines by what V8 counted in jest's modules: those that hold something to run, of every source. */
async function addJest(): Promise<void> {
  const outputDir = join(folder, "jest");
  const report = new CoverageReport({
    outputDir,
    reports: ["lcovonly"],
    entryFilter: ({ url }) => url.startsWith(pathToFileURL(join(root, "src/")).href),
    // A source that nothing loaded counts as well.
    all: { dir: join(root, "src"), filter: "**/*.ts", transformer: withoutTypes },
    // Jest ran the source without its types, which stood where blanks are now.
    onEntry: withoutTypes,
    sourcePath: (path) => path.replace(/^.*?\bsrc\//, "src/"),
    clean: true,
    logging: "error",
  });
  await report.addFromDir(raw);
  await report.generate();
  let lines = new Map<number, number>();
  // @see https://man.archlinux.org/man/geninfo.1, "Tracefile format"
  for (const record of readFileSync(join(outputDir, "lcov.info"), "utf8").split("\n")) {
    const [, file] = /^SF:(.*)/.exec(record) ?? [];
    const [, line, hits] = /^DA:(\d+),(\d+)/.exec(record) ?? [];
    if (file !== undefined) linesOf.set(file, (lines = new Map<number, number>()));
    else if (line !== undefined) lines.set(Number(line), Number(hits));
  }
}

type RawCoverage = {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[];
    }[];
  }[];
};

/** The same lines, where the bundle has run what its map leads back to them. */
function addBundle(): void {
  const ran = new Map<string, Uint8Array>();
  for (const path of globSync(join(raw, "*.json"))) {
    const { result } = JSON.parse(readFileSync(path, "utf8")) as RawCoverage;
    for (const { url, functions } of result.filter((one) => one.url.startsWith(pathToFileURL(`${bundle}/`).href))) {
      const file = fileURLToPath(url);
      const here = new Uint8Array(readFileSync(file, "utf8").length);
      // Outer ranges come before those inside them.
      for (const { startOffset, endOffset, count } of functions.flatMap(({ ranges }) => ranges))
        here.fill(count > 0 ? 1 : 0, startOffset, endOffset);
      const all = ran.get(file);
      if (all === undefined) ran.set(file, here);
      else for (const [offset, runs] of here.entries()) all[offset] ||= runs;
    }
  }
  for (const [file, offsets] of ran) {
    if (!existsSync(`${file}.map`)) continue;
    const starts = [0];
    for (const line of readFileSync(file, "utf8").split("\n")) starts.push((starts.at(-1) ?? 0) + line.length + 1);
    eachMapping(new TraceMap(readFileSync(`${file}.map`, "utf8")), (mapping) => {
      const { source, originalLine, originalColumn, generatedLine, generatedColumn } = mapping;
      const [compiled] = /build\/coverage\/js\/.*\.js$/.exec(source ?? "") ?? [];
      if (compiled === undefined || offsets[(starts[generatedLine - 1] ?? 0) + generatedColumn] !== 1) return;
      const map = mapOf(compiled);
      const place = { line: originalLine ?? 0, column: originalColumn ?? 0 };
      // The bundler's map knows lines, the compiler's begins behind their indentation.
      const found = ([GREATEST_LOWER_BOUND, LEAST_UPPER_BOUND] as const).map((bias) =>
        originalPositionFor(map, { ...place, bias }),
      );
      const line = found.find((one) => one.line !== null)?.line ?? 0;
      const lines = linesOf.get(compiled.replace("build/coverage/js/", "src/").replace(/\.js$/, ".ts"));
      if (lines?.has(line) === true) lines.set(line, (lines.get(line) ?? 0) + 1);
    });
  }
}

function mapOf(compiled: string): TraceMap {
  const map = compilersMaps.get(compiled) ?? new TraceMap(readFileSync(join(root, `${compiled}.map`), "utf8"));
  compilersMaps.set(compiled, map);
  return map;
}

/** Every file below 95 % with its lines that nothing runs, and the sum. */
function printLines(): void {
  const all = [...linesOf].sort(([a], [b]) => (a < b ? -1 : 1));
  const percent = (run: number, of: number) => `${((100 * run) / Math.max(of, 1)).toFixed(1)} %`;
  const sum = { run: 0, of: 0 };
  for (const [file, lines] of all) {
    const missed = [...lines].filter(([, hits]) => hits === 0).map(([line]) => line);
    const run = lines.size - missed.length;
    sum.run += run;
    sum.of += lines.size;
    if (run < 0.95 * lines.size)
      console.log(`${percent(run, lines.size).padStart(8)}  ${file}: ${ranges(missed.sort((a, b) => a - b))}`);
  }
  console.log(`coverage: ${percent(sum.run, sum.of)} of ${sum.of} lines in ${all.length} files`);
}

/** `3-5, 9`. */
function ranges(lines: readonly number[]): string {
  const found: [number, number][] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last?.[1] === line - 1) last[1] = line;
    else found.push([line, line]);
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
}
