/** What the examples of `examples/targets/` read from the step's environment. */
export const exampleSecrets: Readonly<Record<string, string>> = {
  DSVM_PASSWORD: "Correct-horse-battery-9",
};
