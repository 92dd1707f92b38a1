import { expect, it } from "@jest/globals";
import { markdownOf } from "../../src/report/render/markdown.ts";
import { leftGoingSection } from "../../src/report/sections/failures.ts";
import { stillRunning } from "../../src/run/still-running.ts";

it("a run that is left going is followed by the inputs that resume it, to be copied as they are", () => {
  const [section] = leftGoingSection({ leftGoing: [stillRunning("run-1"), { what: "A target is", next: "Wait." }] });
  const text = markdownOf(section?.blocks ?? []);
  expect(text.trimEnd().split("\n").slice(-4)).toEqual(["```text", "command: train", "run-name: run-1", "```"]);
});
