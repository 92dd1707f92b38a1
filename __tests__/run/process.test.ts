import { describe, expect, it } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childEnvironment } from "../../src/run/on-runner/child-environment.ts";
import { lineSplitter, longestLine } from "../../src/run/on-runner/lines.ts";
import { runLogged } from "../../src/run/on-runner/process.ts";
import { withShellValues } from "../../src/run/on-runner/shell-values.ts";

const path = { PATH: process.env["PATH"] };

async function played(
  command: string,
  controller = new AbortController(),
  onLine: (line: string) => void = () => undefined,
) {
  const cwd = mkdtempSync(join(tmpdir(), "process-"));
  const lines: string[] = [];
  const startedAt = performance.now();
  const end = await runLogged("bash", ["-c", command], {
    cwd,
    env: path,
    signal: controller.signal,
    onLine: (line) => {
      lines.push(line);
      onLine(line);
    },
  });
  return { ...end, lines, cwd, seconds: (performance.now() - startedAt) / 1000 };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

describe("what a local job has started", () => {
  it.each([
    [
      "a child that ignores SIGTERM and shows nothing",
      "bash -c 'trap \"\" TERM; echo $$ > pid; while :; do sleep 1; done' >/dev/null 2>&1 &",
    ],
    [
      "a child in a session of its own",
      "setsid bash -c 'trap \"\" TERM; echo $$ > pid; while :; do sleep 1; done' >/dev/null 2>&1 &",
    ],
  ])(
    "is gone when the workflow is cancelled: %s",
    async (_, child) => {
      const controller = new AbortController();
      const { aborted, cwd, seconds } = await played(
        `${child} while [ ! -s pid ]; do sleep 0.05; done; echo ready; wait; sleep 30`,
        controller,
        () => controller.abort(),
      );
      expect(aborted).toBe(true);
      expect(isAlive(Number(readFileSync(join(cwd, "pid"), "utf8")))).toBe(false);
      // Far from both: what it takes on a busy machine, and what would have been waited for.
      expect(seconds).toBeLessThan(25);
    },
    60_000,
  );

  it.each([["sleep 60 &"], ["setsid sleep 60 &"], ["setsid bash -c 'trap \"\" TERM HUP; sleep 60' &"]])(
    "does not keep the job from ending: %s",
    async (child) => {
      const { code, lines, seconds } = await played(`${child} echo done; exit 3`);
      expect({ code, lines }).toEqual({ code: 3, lines: ["done"] });
      // Far from both: what it takes on a busy machine, and what would have been waited for.
      expect(seconds).toBeLessThan(25);
    },
    60_000,
  );

  it("may write for a moment after the job", async () => {
    const { lines } = await played("(sleep 0.3; echo late) & echo first");
    expect(lines).toEqual(["first", "late"]);
  });
});

describe("lines of a local job", () => {
  const linesOf = (...chunks: readonly (string | Buffer)[]) => {
    const lines: string[] = [];
    const { push, end } = lineSplitter((line) => lines.push(line));
    for (const chunk of chunks) push(Buffer.from(chunk as string));
    end();
    return lines;
  };

  it.each([
    [["a\nb\r\nc\rd"], ["a", "b", "c", "d"]],
    [
      ["a\r", "\nb"],
      ["a", "b"],
    ],
    [["a", "b", "\n"], ["ab"]],
    [["\n\n"], ["", ""]],
    [[], []],
  ])("%j are %j", (chunks, lines) => {
    expect(linesOf(...chunks)).toEqual(lines);
  });

  it("keep a sign together whose bytes come apart", () => {
    const bytes = Buffer.from("ä\n");
    expect(linesOf(bytes.subarray(0, 1), bytes.subarray(1))).toEqual(["ä"]);
  });

  it("are cut at a bound, and it is said", () => {
    const chunk = "x".repeat(40_000);
    const [line = "", next] = linesOf(chunk, chunk, chunk, "\nnext\n");
    expect(line).toBe(`${"x".repeat(longestLine)} … (cut: ${120_000 - longestLine} more characters on this line)`);
    expect(next).toBe("next");
  });
});

describe("the environment of children", () => {
  it("is made of what they need, and nothing that opens anything", () => {
    const wanted = {
      ...{ PATH: "/bin", HOME: "/home/x", LANG: "C", LC_ALL: "C", https_proxy: "http://p", NO_PROXY: "x" },
      ...{ PIP_INDEX_URL: "https://i", CONDA_PREFIX: "/c", SSL_CERT_FILE: "/f", LD_LIBRARY_PATH: "/l" },
    };
    const others = {
      ...{ AZURE_CLIENT_SECRET: "s", ACTIONS_ID_TOKEN_REQUEST_TOKEN: "s", "INPUT_CLIENT-SECRET": "s" },
      ...{ GITHUB_TOKEN: "s", GITHUB_ENV: "s", GH_TOKEN: "s", DSVM_PASSWORD: "s", NODE_OPTIONS: "x", BASH_ENV: "x" },
    };
    expect(childEnvironment({ ...wanted, ...others, HTTP_PROXY: undefined })).toEqual(wanted);
  });
});

describe("a value in a command of a local job", () => {
  const hostile = [
    '"; touch pwned; "',
    "'; touch pwned; '",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned #",
    "\ntouch pwned\n",
    "\\",
    "*",
    "a b",
    "",
    'it\'s "so" $HOME',
  ];
  const places = [
    ["printf %s ${{inputs.x}}", true],
    ['printf %s "${{inputs.x}}"', true],
    ["printf %s '${{inputs.x}}'", true],
    ["printf %s $'${{inputs.x}}'", true],
    ['printf %s "$(printf %s ${{inputs.x}})"', true],
    ['printf %s "$(printf %s "${{inputs.x}}")"', true],
    ["printf %s `printf %s '${{inputs.x}}'`", false],
    ["# don't ${{inputs.x}}\nprintf %s ${{inputs.x}}", true],
    ["cat <<EOF\n${{inputs.x}}\nEOF", false],
    ["cat <<'EOF'\nit's ${{inputs.x}}\nEOF", false],
  ] as const;

  it.each(places)("is one word and never a part of the command: %s", (template, exact) => {
    for (const value of hostile) {
      const cwd = mkdtempSync(join(tmpdir(), "value-"));
      const { command, variables } = withShellValues(template, { input: () => value, output: () => "" });
      const printed = execFileSync("bash", ["-c", command], {
        cwd,
        env: { ...path, ...variables },
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
      });
      expect(existsSync(join(cwd, "pwned"))).toBe(false);
      // A substitution drops line ends at its end.
      if (exact) expect(printed.trimEnd()).toBe(value.trimEnd());
    }
  });

  it("stands as it is where it means nothing to a shell", () => {
    const valueOf = { input: () => "0.01", output: () => "/tmp/out" };
    expect(withShellValues("python t.py --lr ${{inputs.lr}} --to '${{ outputs.m }}'", valueOf)).toEqual({
      command: "python t.py --lr 0.01 --to '/tmp/out'",
      variables: {},
    });
  });
});
