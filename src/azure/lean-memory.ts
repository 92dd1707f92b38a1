import { setFlagsFromString } from "node:v8";

let isLean = false;

/**
 * Has V8 keep less, from the first bulk work on: thousands of requests would leave tens of megabytes behind before it
 * collected them by itself, and a runner's container may have no more. An action cannot be started with options of Node, so
 * they are set while it runs: each is read at a collection, or before a compilation. Measured: with 10,000 small files 105 MB
 * at the peak and 116 without the last; with a log of 50 MB 142 without the second.
 */
export function keepMemoryLean(): void {
  if (isLean) return;
  isLean = true;
  // New objects stay within what they have now; by itself that grows to more than all the rest.
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--memory-saver-mode");
  // Of two compilers for what runs often one is enough: the memory in which the other works is not given back.
  setFlagsFromString("--no-maglev");
}
