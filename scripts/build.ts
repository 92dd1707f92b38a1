import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { tmpdir } from "node:os";

/** Builds `dist/` from `src/`: types are stripped by tsc, the rest is bundled by ncc. With `--check`, compares instead. */
const root = join(import.meta.dirname, "..");
const check = process.argv.includes("--check");
const target = check ? mkdtempSync(join(tmpdir(), "dist-")) : join(root, "dist");

const node = process.execPath;
const bin = (name: string) => join(root, "node_modules", name);
const run = (script: string, args: readonly string[]) =>
  execFileSync(node, [script, ...args], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });

rmSync(join(root, "build"), { recursive: true, force: true });
run(bin("typescript/bin/tsc"), ["-p", "tsconfig.build.json"]);
if (!check) rmSync(target, { recursive: true, force: true });
run(bin("@vercel/ncc/dist/ncc/cli.js"), [
  ...["build", "build/main.js", "--out", target],
  ...["--minify", "--no-cache", "--license", "licenses.txt", "--target", "es2023"],
]);

if (check) {
  const differing = compare(join(root, "dist"), target);
  rmSync(target, { recursive: true, force: true });
  if (differing.length > 0) {
    console.error(`dist/ is not what its sources build to; run npm run build. Differing: ${differing.join(", ")}`);
    process.exitCode = 1;
  } else {
    console.log("dist/ is what its sources build to, byte for byte.");
  }
}

function compare(committed: string, built: string): readonly string[] {
  const names = new Set([...filesOf(committed), ...filesOf(built)]);
  return [...names].filter((name) => {
    try {
      return !readFileSync(join(committed, name)).equals(readFileSync(join(built, name)));
    } catch {
      return true;
    }
  });
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
