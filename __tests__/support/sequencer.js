import Sequencer from "@jest/test-sequencer";

/** The folders whose tests start processes: they take longest, so they begin first. */
const long = /\/__tests__\/(end-to-end|faults|wire)\//;

/** jest goes by the size of a file until it has timed it, which it has not on a fresh machine. */
export default class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return [...sorted.filter(({ path }) => long.test(path)), ...sorted.filter(({ path }) => !long.test(path))];
  }
}
