import { expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { seeded } from "../../emulator/settings.ts";
import { checkoutOf, actIn } from "../support/step.ts";
import { useEmulator, workspaceLine } from "../support/use-emulator.ts";
import { filesBelow } from "../support/files-below.ts";

const emulator = useEmulator({ durations: { default: 0.2 } }, { keeps: true });

/** Everything that makes Node, its client and the libraries talk. */
const talkative = {
  AZURE_LOG_LEVEL: "verbose",
  DEBUG: "*",
  NODE_DEBUG: "http,https,net,tls,undici,fetch,http2,child_process,stream",
};

/** What opens something by its form. A mask that is told to the runner is taken out before. */
const leaks = [
  /[?&]sig=(?!\*\*\*|REDACTED)[^&\s'"]{4,}/i,
  /SharedKey(Lite)? (?!\*\*\*)\S+/,
  /authorization['"]?\s*[:=]\s*['"[]*(?!\*\*\*)(?:(Bearer|Basic|SharedKey(Lite)?) )?(?!\*\*\*)[\w.~+/=-]{12,}/i,
  /Bearer (?!\*\*\*)[\w.~+/=-]{16,}/i,
  /\beyJ[\w-]{10,}\.[\w-]+\.[\w-]*/,
  /\bclient_(secret|assertion)=(?!\*\*\*)[^&\s'"]{4,}/,
];

function expectNoLeak(text: string, secrets: readonly string[]): void {
  for (const secret of [...new Set(secrets)]) expect(text.includes(secret) ? secret : "").toBe("");
  for (const leak of leaks) expect(leak.exec(text)?.[0] ?? "").toBe("");
}

it("holds no token, key, signature or secret, whatever is told to talk", async () => {
  const checkout = checkoutOf({
    "azureml.yml": `${workspaceLine}targets: [{ name: cpu, type: amlcompute }]\nrun: { command: echo trained, code: src, compute: cpu, environment: { image: ubuntu } }\n`,
    "src/train.py": "print(1)\n",
  });
  const inputs = { "client-secret": seeded.clientSecret };
  for (const [command, options] of [
    ["plan", { inputs, environment: talkative }],
    ["up", { environment: talkative }],
  ] as const) {
    const step = await actIn(emulator, command, checkout, options);
    expect(step.exitCode).toBe(0);
    const told = step.raw.replaceAll(/^::add-mask::.*$/gm, "");
    expect(told).toMatch(/HTTP \d+:/);
    expect(told).toContain("azure:");
    const written = filesBelow(dirname(step.outputs["report-path"] ?? ""))
      .map((path) => readFileSync(path, "utf8"))
      .join("\n");
    const masks = step.masks.filter((mask) => mask.trim().length > 5);
    expectNoLeak([told, written, step.summary, JSON.stringify(step.outputs)].join("\n"), [
      ...masks,
      seeded.clientSecret,
      seeded.storageKey,
      seeded.idTokenRequestToken,
    ]);
  }
}, 60_000);
