import { fork } from "node:child_process";
import { join } from "node:path";
import type { Campaign, Verdict } from "./campaign.ts";
import type { AnswerMessage, AnswerOptions } from "./answer-process.ts";

/** Plays the cases of a campaign of altered answers, shared out among so many processes. */
export async function playAnswers(
  options: Omit<AnswerOptions, "share">,
  processes: number,
  onVerdict: (verdict: Verdict, done: number, total: number) => void = () => undefined,
): Promise<Campaign> {
  const verdicts: Verdict[] = [];
  let total = 0;
  let seconds = 0;
  const one = (share: number) =>
    new Promise<void>((resolve, reject) => {
      const text = JSON.stringify({ ...options, share: [share, processes] } satisfies AnswerOptions);
      const child = fork(join(import.meta.dirname, "answer-process.ts"), [text], { stdio: "inherit" });
      child.on("message", (message: AnswerMessage) => {
        if ("total" in message) total += message.total;
        else if ("seconds" in message) seconds = Math.max(seconds, message.seconds);
        else {
          verdicts.push(message.verdict);
          onVerdict(message.verdict, verdicts.length, total);
        }
      });
      child.once("error", reject);
      child.once("exit", (code) =>
        code === 0 ? resolve() : reject(new Error(`A process of the campaign ${options.campaign} ended with ${code}.`)),
      );
    });
  await Promise.all(Array.from({ length: processes }, (_, share) => one(share)));
  return { name: options.campaign, verdicts, seconds };
}
