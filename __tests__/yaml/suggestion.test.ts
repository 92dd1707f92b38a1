import { expect, it } from "@jest/globals";
import { suggestionFor } from "../../src/yaml/suggestion.ts";

it.each([
  ["max_instance", "max_instances"],
  ["atleast", "at_least"],
  ["dsmv", "dsvm"],
  ["clutser", "cluster"],
  ["maxInstances", "max_instances"],
  ["work", "worker_count"],
])("%s is near to %s", (word, known) => {
  expect(suggestionFor(word, ["name", known, "type"])).toBe(` Did you mean ${known}?`);
});

it.each(["zzz", "", "_", "emit"])("%j is near to nothing", (word) => {
  expect(suggestionFor(word, ["name", "location", word])).toBe("");
});
