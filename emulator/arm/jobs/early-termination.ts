/** The values of the primary metric that a trial has logged so far: each is one interval. */
export type Course = { readonly trial: string; readonly values: readonly number[] };

type Policy = Readonly<Record<string, unknown>>;
type Better = (a: number, b: number) => boolean;

/**
 * The trials that a policy stops, by the definitions of the first SDK's documentation.
 *
 * @param policy ARM's `earlyTermination`.
 * @param judged trials and the last interval at which each was judged; what is judged now is put in.
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-tune-hyperparameters#early-termination
 */
export function stoppedBy(
  policy: Policy,
  goal: string,
  courses: readonly Course[],
  judged: Map<string, number>,
): readonly string[] {
  const isBetter: Better = goal.toLowerCase() === "maximize" ? (a, b) => a > b : (a, b) => a < b;
  const every = Math.max(1, Number(policy["evaluationInterval"] ?? 1));
  const delay = Number(policy["delayEvaluation"] ?? 0);
  return courses.flatMap(({ trial, values }) => {
    const interval = Math.floor(values.length / every) * every;
    if (interval === 0 || interval < delay || interval <= (judged.get(trial) ?? 0)) return [];
    // With nothing to compare it with, it is judged as soon as there is.
    if (!courses.some((course) => course.trial !== trial && course.values.length > 0)) return [];
    judged.set(trial, interval);
    return isStopped(policy, { trial, values }, interval, courses, isBetter) ? [trial] : [];
  });
}

function isStopped(
  policy: Policy,
  { trial, values }: Course,
  interval: number,
  courses: readonly Course[],
  isBetter: Better,
): boolean {
  const best = (of: readonly number[]) => of.reduce((a, b) => (isBetter(b, a) ? b : a));
  const own = best(values.slice(0, interval));
  const others = courses.filter((course) => course.trial !== trial && course.values.length > 0);
  switch (String(policy["policyType"]).toLowerCase()) {
    case "bandit": {
      const leading = best(others.map((course) => best(course.values.slice(0, interval))));
      const amount = Number(policy["slackAmount"] ?? 0);
      const slack = amount > 0 ? amount : Math.abs(own) * Number(policy["slackFactor"] ?? 0);
      // As much better as the slack allows, and still not as good.
      return isBetter(leading, isBetter(1, 0) ? own + slack : own - slack);
    }
    case "medianstopping": {
      const averages = [{ trial, values }, ...others].map((course) => average(course.values.slice(0, interval)));
      return isBetter(median(averages), own);
    }
    case "truncationselection": {
      const grown = others.filter((course) => course.values.length >= interval);
      const ranked = [{ trial, values }, ...grown]
        .map((course) => ({ trial: course.trial, best: best(course.values.slice(0, interval)) }))
        .sort((a, b) => (isBetter(a.best, b.best) ? -1 : isBetter(b.best, a.best) ? 1 : 0));
      const cut = Math.floor((ranked.length * Number(policy["truncationPercentage"] ?? 0)) / 100);
      return ranked.slice(ranked.length - cut).some((entry) => entry.trial === trial);
    }
    default:
      return false;
  }
}

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
