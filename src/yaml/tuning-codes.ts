import type { CodeEntry } from "./code-entry.ts";

/** The codes of what can be wrong with a search for parameters. */
export const tuningCodes = {
  "unused-parameter": {
    title: "The command does not use a parameter of the search space.",
    explanation:
      "The trials would differ in a value that none of them is given on the command line. It is a warning, because a script can read it from the environment.",
    help: "Write ${{search_space.NAME}} in the command, or remove the parameter.",
  },
  "wrong-sampling": {
    title: "The sampling algorithm does not suit the rest of the search.",
    explanation:
      "Grid sampling takes only choices, Bayesian sampling only choice, uniform and quniform, without early termination. az ml sends any of them; the service decides.",
    help: "Use random sampling, or change what the message names.",
  },
  "not-sent": {
    title: "A key is read and not sent.",
    explanation: "az ml accepts the key, and jobs of this type have no place for it in the service.",
    help: "Remove it, or write it where the message says.",
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;
