/** What a stable code stands for. The documentation and the rules of the SARIF file are made of these. */
export type CodeEntry = {
  /** One line: what is wrong. */
  readonly title: string;
  /** What is checked, and why it matters. */
  readonly explanation: string;
  /** What to do. */
  readonly help: string;
};
