import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import remapping, { type SourceMapInput } from "@jridgewell/remapping";
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

// The bundle as in dist/, but not minified, with maps that lead back to the sources by way of the compiler's own.
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
for (const path of globSync(join(bundle, "*.js.map"))) {
  const bundled = JSON.parse(readFileSync(path, "utf8")) as { sources: string[] };
  const compiled = (source: string) => /build\/coverage\/js\/.*\.js$/.exec(source)?.[0];
  bundled.sources = bundled.sources.map((source) => compiled(source) ?? source);
  const map = remapping(bundled as SourceMapInput, (source) => {
    const at = compiled(source);
    if (at === undefined) return null;
    const own = JSON.parse(readFileSync(join(root, `${at}.map`), "utf8")) as { sources: string[] };
    const original = at.replace(/^build\/coverage\/js\//, "src/").replace(/\.js$/, ".ts");
    return { ...own, sourceRoot: "", sources: [join(root, original)] } as SourceMapInput;
  });
  // The same text as in jest, where types are blanks: counts of equal sources are added up.
  map.sourcesContent = (map.sourcesContent ?? []).map((text, index) =>
    typeof text === "string" && map.sources[index]?.endsWith(".ts") === true ? stripTypeScriptTypes(text) : text,
  );
  writeFileSync(path, map.toString());
}

const counted = [pathToFileURL(join(root, "src/")).href, pathToFileURL(`${bundle}/`).href];
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
const report = new CoverageReport({
  name: "Sources that the tests run",
  outputDir: join(folder, "report"),
  reports: [
    ["console-details", { skipPercent: 95, metrics: ["bytes", "lines", "functions", "branches"] }],
    "v8",
    "json-summary",
  ],
  entryFilter: ({ url }) => counted.some((start) => url.startsWith(start)),
  sourceFilter: (path) => path.endsWith(".ts") && !path.includes("node_modules"),
  // A source that nothing loaded counts as well.
  all: { dir: join(root, "src"), filter: "**/*.ts", transformer: withoutTypes },
  // Jest ran the source without its types, which stood where blanks are now.
  onEntry: async (entry) => {
    if (entry.url.endsWith(".ts")) await withoutTypes(entry);
  },
  sourcePath: (path) => path.replace(/^.*?\bsrc\//, "src/"),
  clean: true,
});
await report.addFromDir(raw);
await report.generate();
process.exitCode = tests.status ?? 1;

function run(script: string, ...given: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [script, ...given], { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error(`${script} ended with ${status ?? "a signal"}.`);
}

async function withoutTypes(entry: { readonly url: string; source?: string }): Promise<void> {
  entry.source = stripTypeScriptTypes(await readFile(fileURLToPath(entry.url), "utf8"));
}
