import { beforeAll, describe, expect, it } from "@jest/globals";
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { pythonWith } from "../../scripts/python.ts";
import { checkoutOf } from "../support/step.ts";
import { useEmulator } from "../support/use-emulator.ts";

/** The package as it is installed, and as pre-commit installs it: what `npm pack` puts together and nothing else. */

const root = join(import.meta.dirname, "../..");
const node = realpathSync(join(root, "node_modules/.bin/node"));
const faulty = "targets:\n  - { name: one, type: amlcompute, min_instances: 9, max_instances: 4 }\n";
const valid = "targets:\n  - { name: one, type: amlcompute }\n";

/** Node 24 under both names that tools look for, before everything else on the path. */
const programs = mkdtempSync(join(tmpdir(), "node-24-"));
for (const name of ["node", "nodejs"]) symlinkSync(node, join(programs, name));
const path = [programs, process.env["PATH"]].join(delimiter);
const plain = { PATH: path, HOME: process.env["HOME"] ?? "", XDG_CACHE_HOME: mkdtempSync(join(tmpdir(), "cache-")) };

let packed = "";
/** Folder in which the package is installed. */
let installed = "";
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), "packed-"));
  const npm = (...args: readonly string[]) =>
    execFileSync("npm", [...args], { cwd: root, env: { ...process.env, PATH: path }, encoding: "utf8" });
  packed = join(folder, npm("pack", "--silent", "--pack-destination", folder).trim());
  installed = mkdtempSync(join(tmpdir(), "installed-"));
  writeFileSync(join(installed, "package.json"), "{}\n");
  npm("install", "--offline", "--prefix", installed, packed);
}, 120_000);

const program = () => join(installed, "node_modules/.bin/azureml-targets");

type Called = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** Calls the program. The emulator is in this process, so nothing waits for it. @param onStart given the process */
async function call(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  onStart: (child: ChildProcess) => void = () => undefined,
): Promise<Called> {
  const child = spawn(program(), args, {
    cwd: folder,
    env: { ...plain, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onStart(child);
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  return { status, stdout, stderr };
}

describe("the installed package", () => {
  it("needs no other package", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      readonly dependencies?: unknown;
    };
    expect(dependencies).toBeUndefined();
    const files = execFileSync("tar", ["tzf", packed], { encoding: "utf8" }).trim().split("\n");
    const folders = new Set(files.map((file) => file.split("/")[1]));
    expect([...folders].sort()).toEqual(["LICENSE", "README.md", "bin", "dist", "package.json", "schema"]);
  });

  it("runs by npx", () => {
    const { stdout } = spawnSync("npx", ["--no-install", "azureml-targets", "--version"], {
      cwd: installed,
      env: plain,
      encoding: "utf8",
    });
    expect(stdout.trim()).toBe(
      (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string }).version,
    );
  });

  it("checks files by the same code as the action, and loads no file that has a library of Azure", async () => {
    const checkout = checkoutOf({ "azureml.yml": faulty });
    const list = join(checkout, "loaded");
    const { status, stdout, stderr } = await call(checkout, ["validate"], {
      LOADED_MODULES: list,
      NODE_OPTIONS: `--import ${pathToFileURL(join(root, "__tests__/support/loaded.ts")).href}`,
    });
    expect(stderr).toBe("");
    expect(stdout).toContain("azureml.yml:2:51: error: min_instances is 9, above max_instances 4. (min-above-max)\n");
    expect(status).toBe(1);
    const loaded = readFileSync(list, "utf8")
      .trim()
      .split("\n")
      .filter((url) => url.includes("/dist/"));
    expect(loaded.map((url) => basename(url))).toContain("index.js");
    const texts = loaded.map((url) => readFileSync(new URL(url), "utf8"));
    for (const sign of [/azsdk/, /msal\.js/, /x-ms-client-request-id/, /undici:request/])
      expect(texts.filter((text) => sign.test(text))).toEqual([]);
  });

  it("shows its help where nothing is asked for, and ends a usage that is wrong with 2", async () => {
    const checkout = checkoutOf({});
    const asked = await call(checkout, []);
    expect(asked).toMatchObject({ status: 0, stderr: "" });
    expect(asked.stdout).toContain("Usage: azureml-targets COMMAND [PATHS] [OPTIONS]");
    expect(await call(checkout, ["aply"])).toMatchObject({ status: 2, stdout: "" });
  });

  it("says which Node it needs in place of an error of syntax", async () => {
    const older = 'Object.defineProperty(process.versions, "node", { value: "18.19.0" });';
    const { status, stdout, stderr } = await call(checkoutOf({}), ["validate"], {
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(older)}`,
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(
      /^azureml-targets needs Node 24 or newer, and this is Node 18\.19\.0\. Install a newer one, or run it by: npx .+\n$/,
    );
  });

  it("writes no colours where nobody sees them", async () => {
    const { stdout } = await call(checkoutOf({ "azureml.yml": faulty }), ["validate"], { FORCE_COLOR: "1" });
    expect(stdout).toContain(": error: ");
    expect(stdout).not.toContain("\u001b");
  });

  it("goes on when its reader has seen enough", () => {
    const checkout = checkoutOf({ "azureml.yml": faulty });
    const { stderr } = spawnSync("sh", ["-c", `"${program()}" validate | true`], {
      cwd: checkout,
      env: plain,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
  });
});

describe("plan in a terminal", () => {
  const emulator = useEmulator({ durations: { default: 0 } });

  it("shows what apply would do, and exits with 3 only where no changes are expected", async () => {
    const checkout = checkoutOf({ "azureml.yml": valid });
    const environment = emulator.environment("cloud");
    const shown = await call(checkout, ["plan"], environment);
    expect(shown).toMatchObject({ status: 0, stderr: "" });
    expect(shown.stdout).toMatch(/^Plan: \+1 to create\n[\s\S]*\bone\b[\s\S]*\nplan: 1 to create\.\n$/);
    expect((await call(checkout, ["plan", "--expect-no-changes"], environment)).status).toBe(3);
    const json = await call(checkout, ["plan", "--json"], environment);
    expect((JSON.parse(json.stdout) as { readonly plan: { readonly hasChanges: boolean } }).plan.hasChanges).toBe(true);
    expect(json.status).toBe(0);
    expect(emulator.journal().filter(({ method }) => ["PUT", "PATCH", "DELETE"].includes(method))).toEqual([]);
  });

  it("tells nobody a secret: not on the terminal, not as a command to a runner", async () => {
    const environment = emulator.environment("cloud");
    const { stdout, stderr } = await call(checkoutOf({ "azureml.yml": valid }), ["plan"], {
      ...environment,
      GITHUB_ACTIONS: "true",
    });
    const secret = environment["AZURE_CLIENT_SECRET"] ?? "";
    expect(secret).not.toBe("");
    expect(stdout + stderr).not.toMatch(/^::/m);
    expect(stdout + stderr).not.toContain(secret);
  });

  it("ends by Ctrl-C in good order, with the exit code that shells expect", async () => {
    emulator.faults.add({ method: "GET", path: "/computes$", kind: "delay", seconds: 30 });
    const called = call(checkoutOf({ "azureml.yml": valid }), ["plan"], emulator.environment("cloud"), (child) => {
      // Once it waits for the list of computes.
      const timer = setInterval(() => {
        if (!emulator.journal().some(({ path: at }) => at.endsWith("/mlw-main"))) return;
        clearInterval(timer);
        child.kill("SIGINT");
      }, 50);
    });
    const { status, stdout } = await called;
    expect(status).toBe(130);
    expect(stdout).toContain("Interrupted. Nothing was changed.");
  });
});

describe("the pre-commit hook", () => {
  let preCommit = "";
  /** A repository of the package as pre-commit clones it. Its development tools would take minutes to install. */
  let hooks = "";
  beforeAll(async () => {
    const python = await pythonWith("pre-commit", ["pre-commit==4.3.0"]);
    preCommit = join(python, "..", "pre-commit");
    hooks = mkdtempSync(join(tmpdir(), "hooks-"));
    execFileSync("tar", ["xzf", packed, "--strip-components=1", "-C", hooks]);
    cpSync(join(root, ".pre-commit-hooks.yaml"), join(hooks, ".pre-commit-hooks.yaml"));
    const manifest = JSON.parse(readFileSync(join(hooks, "package.json"), "utf8")) as Record<string, unknown>;
    delete manifest["devDependencies"];
    writeFileSync(join(hooks, "package.json"), JSON.stringify(manifest));
    commit(hooks);
  }, 180_000);

  const git = (folder: string, ...args: readonly string[]) =>
    execFileSync(
      "git",
      ["-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "init.defaultBranch=main", ...args],
      {
        cwd: folder,
        encoding: "utf8",
      },
    );

  /** Makes a folder a repository of one commit. @returns the commit. */
  function commit(folder: string): string {
    git(folder, "init", "--quiet");
    git(folder, "add", "--all");
    git(folder, "commit", "--quiet", "--message", "one");
    return git(folder, "rev-parse", "HEAD").trim();
  }

  const home = mkdtempSync(join(tmpdir(), "pre-commit-"));

  /** Runs a hook in a repository of some files of which some were changed. */
  function hookOn(id: string, files: Readonly<Record<string, string>>, changed: readonly string[]) {
    const checkout = checkoutOf(files);
    commit(checkout);
    for (const file of changed) {
      mkdirSync(join(checkout, file, ".."), { recursive: true });
      writeFileSync(join(checkout, file), `${files[file] ?? ""}# changed\n`);
      git(checkout, "add", file);
    }
    const { status, stdout } = spawnSync(preCommit, ["try-repo", hooks, id], {
      cwd: checkout,
      env: { ...plain, PRE_COMMIT_HOME: home, GIT_CONFIG_GLOBAL: "/dev/null" },
      encoding: "utf8",
    });
    return { status, stdout };
  }

  const files = {
    "azureml.yml": `${faulty}run: jobs/train.yml\n`,
    "jobs/train.yml": "command: echo\nenvironment: { image: u, conda_file: conda.yml }\ncompute: azureml:one\n",
    "jobs/conda.yml": "dependencies: [python=3.11]\n",
    ".github/workflows/ci.yml": "on: push\njobs: {}\n",
    "other/azureml.yml": valid,
  };

  it.each(["azureml-targets", "azureml-targets-script"])(
    "%s fails a commit of a file that a faulty declaration refers to",
    (id) => {
      const { status, stdout } = hookOn(id, files, ["jobs/conda.yml"]);
      expect(stdout).toContain("azureml.yml:2:51: error: min_instances is 9, above max_instances 4. (min-above-max)");
      expect(stdout).not.toContain("not-a-declaration");
      expect(status).toBe(1);
    },
    120_000,
  );

  it.each(["azureml-targets", "azureml-targets-script"])(
    "%s passes a commit of valid declarations and of files for others",
    (id) => {
      const { status, stdout } = hookOn(id, files, ["other/azureml.yml", ".github/workflows/ci.yml"]);
      expect({ status, stdout }).toMatchObject({ status: 0 });
      expect(stdout).toMatch(/Azure ML declarations\.+Passed/);
    },
    120_000,
  );
});
