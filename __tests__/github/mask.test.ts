import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import fc from "fast-check";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { createLog } from "../../src/github/log.ts";
import { hideInErrorOutput, mask, withoutSecrets } from "../../src/github/mask.ts";
import { logResult } from "../../src/publish/log-result.ts";
import { writeReports } from "../../src/publish/report-files.ts";
import { codeSpan, html, inline } from "../../src/report/render/escape.ts";
import type { Result } from "../../src/report/result.ts";
import { ascii, readings } from "../support/readings.ts";
import { everyResult } from "../support/results.ts";
import { filesBelow } from "../support/files-below.ts";

let folder: string;
let logged: string;
const before = { output: process.env["GITHUB_OUTPUT"] };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mask-"));
  process.env["GITHUB_OUTPUT"] = join(folder, "outputs");
  logged = "";
  jest.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    // What is said to the runner to be masked is not shown.
    if (!String(chunk).startsWith("::add-mask::")) logged += String(chunk);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  if (before.output === undefined) delete process.env["GITHUB_OUTPUT"];
  else process.env["GITHUB_OUTPUT"] = before.output;
  rmSync(folder, { recursive: true, force: true });
});

const asciiJson = (text: string) => ascii(JSON.stringify(text).slice(1, -1));

const withoutEnd = (text: string) => [...text].slice(0, -1).join("");

/** How somebody may repeat a secret in a text. */
const echoes: Readonly<Record<string, (secret: string) => string>> = {
  raw: (secret) => `Invalid administratorAccount.password: ${secret}`,
  json: (secret) => `{"password":${JSON.stringify(secret)}}`,
  "json in ASCII": (secret) => `{"password":"${asciiJson(secret)}"}`,
  "json in json": (secret) => JSON.stringify({ body: JSON.stringify({ password: secret }) }),
  address: (secret) => `https://x.example/?p=${encodeURIComponent(secret)}&q=1`,
  form: (secret) => new URLSearchParams({ password: secret, other: "x" }).toString(),
  base64: (secret) => `Basic ${Buffer.from(secret).toString("base64")}`,
  "basic authentication": (secret) => `Basic ${Buffer.from(`user:${secret}`).toString("base64")}`,
  html: (secret) => `<p>${html(secret)}</p>`,
  markdown: (secret) => `x ${inline(secret)} y`,
  "html in json": (secret) => `The service named ${JSON.stringify(html(secret))}`,
  "markdown in json": (secret) => `The service named ${JSON.stringify(inline(secret))}`,
  "markdown as Node shows it": (secret) => inspect({ path: inline(secret) }, { breakLength: Infinity }),
  code: (secret) => codeSpan(secret),
  cut: (secret) => `The service said: ${withoutEnd(secret)}`,
  lines: (secret) => secret.split("\n").join("\n> "),
};

/** A result that has a text wherever somebody else's text may get. */
function resultWith(text: string): Result {
  const error = {
    code: text,
    message: text,
    details: [{ code: "X", message: text, details: [] }],
    correlationId: text,
  };
  const base = everyResult()[0]?.result as Result;
  return {
    ...base,
    conclusion: "failure",
    failureReason: "run-failed",
    failures: [text],
    skipped: [{ file: text, reason: text }],
    problems: [
      {
        code: "duplicate-name",
        severity: "error",
        where: { file: text, line: 1, column: 1 },
        message: text,
        fix: text,
      },
    ],
    leftGoing: [{ what: text, next: text }],
    targets: [
      {
        name: text,
        type: text,
        action: "create",
        outcome: "failed",
        provisioningState: text,
        provisioningErrors: [error],
        note: text,
        durationSeconds: 1,
      },
    ],
    environments: [],
    assets: [{ kind: "data", name: text, version: text, action: "create", reason: text }],
    plan: {
      hasChanges: true,
      steps: [
        {
          target: text,
          type: text,
          action: "update",
          reason: text,
          changes: [{ field: text, from: text, to: text, means: "in-place" }],
          findings: [{ severity: "warning", code: "billed-while-idle", message: text, advice: text }],
        },
      ],
    },
    run: {
      name: text,
      id: text,
      url: `https://ml.azure.com/runs/x?${encodeURIComponent(text)}`,
      status: text,
      conclusion: "failure",
      reused: false,
      compute: text,
      metrics: [{ name: text, last: 1, points: [{ step: 0, value: 1 }] }],
      gates: [{ metric: text, condition: text, passed: false }],
      error,
      logTail: text,
    },
  };
}

const secrets = fc.oneof(
  fc.constantFrom(
    'we"ird\\sec<&>',
    "##[error]secret",
    "::error::secret",
    "pä$$wörd 😀+/=",
    "line one\nline two\nline three",
  ),
  fc
    .array(fc.constantFrom(..."abcXYZ019<>&\"'\\/+=%#@[]:|`*_~!$(){} äß€😀"), { minLength: 8, maxLength: 24 })
    .map((signs) => signs.join("").trim())
    .filter((secret) => secret.length >= 8),
);

/** The same failure with and without a place. */
const failuresOf = (text: string) =>
  [undefined, { file: text, line: 1, column: 1 }].map((where) => ({
    reason: "drift" as const,
    message: text,
    ...(where === undefined ? {} : { where }),
  }));

describe("secrets", () => {
  it("leave nowhere, however somebody else has repeated them", async () => {
    await fc.assert(
      fc.asyncProperty(secrets, fc.constantFrom(...Object.keys(echoes)), async (secret, name) => {
        mask(secret);
        logged = "";
        const text = (echoes[name] as (secret: string) => string)(secret);
        const result = resultWith(text);
        const log = createLog();
        logResult(result, failuresOf(text), "", log);
        log.info(text);
        log.group(text, [text]);
        for (const problem of result.problems) log.problem(problem, "");
        writeFileSync(join(folder, "outputs"), "");
        const temporaryFolder = mkdtempSync(join(folder, "t"));
        const summary = join(temporaryFolder, "summary.md");
        expect(
          await writeReports(result, { temporaryFolder, summary: true, environment: { GITHUB_STEP_SUMMARY: summary } }),
        ).toEqual([]);
        const files = filesBelow(temporaryFolder);
        expect(files).toHaveLength(4);
        // The last sign of a cut one was never there.
        const known = name === "cut" ? withoutEnd(secret) : secret;
        const parts = name === "lines" || name === "cut" ? known.split("\n") : [known];
        for (const place of [logged, ...[...files, join(folder, "outputs")].map((path) => readFileSync(path, "utf8"))])
          for (const reading of readings(place)) for (const part of parts) expect(reading).not.toContain(part);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it("are replaced before anything is escaped, and whole where two overlap", () => {
    mask("##[command]abc");
    mask("first-secret-X");
    mask("secret-X-second");
    createLog().info("a ##[command]abc b; first-secret-X-second");
    expect(logged).toBe("a *** b; ***\n");
  });

  it("keep the words by which a result is shown", () => {
    mask("success");
    mask("create");
    expect(withoutSecrets({ conclusion: "success", message: "success", targets: [{ action: "create" }] })).toEqual({
      conclusion: "success",
      message: "***",
      targets: [{ action: "create" }],
    });
  });
});

describe("what opens something by its form", () => {
  it.each([
    [
      "https://x.blob.core.windows.net/c/b?sv=1&sig=ab%2Bc%3D&se=2",
      "https://x.blob.core.windows.net/c/b?sv=1&sig=***&se=2",
    ],
    ["a?sig=abc", "a?sig=***"],
    ["a&amp;sig=abc&amp;x", "a&amp;sig=***&amp;x"],
    ["SharedKey account:abcdefgh0123+/=", "SharedKey ***"],
    ["authorization: 'Bearer abcdefghijklmnop.q'", "authorization: 'Bearer ***'"],
    ["Authorization: Basic YWJjZGVmZ2g=", "Authorization: Basic ***"],
    ["loss=0.1 sig=0.5", "loss=0.1 sig=0.5"],
    ["No authorization was given; sign in.", "No authorization was given; sign in."],
  ])("%s", (text, shown) => {
    expect(withoutSecrets(text)).toBe(shown);
  });

  it("is hidden in what Node and libraries print for NODE_DEBUG, DEBUG and AZURE_LOG_LEVEL", () => {
    let printed = "";
    const stream = {
      write: (chunk: string) => {
        printed += chunk;
        return true;
      },
    } as unknown as NodeJS.WriteStream;
    mask("debugged-secret");
    hideInErrorOutput(stream);
    stream.write("HTTP 1: { authorization: 'Bearer abcdefghijklmnop.q' } GET /?sig=abc debugged-secret\n");
    expect(printed).toBe("HTTP 1: { authorization: 'Bearer ***' } GET /?sig=*** ***\n");
  });
});
