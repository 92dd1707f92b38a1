/** `["uniform", [0.1, 1]]` */
type Distribution = readonly [string, readonly unknown[]];
export type SearchSpace = Readonly<Record<string, Distribution>>;
/** Values of the parameters of one trial. */
export type Parameters = Readonly<Record<string, unknown>>;

/** Gives the parameters of one trial after another; `undefined` when the space is used up. */
export type Sampler = () => Parameters | undefined;

/** How often a sample that was drawn before is drawn again before a finite space counts as used up. */
const mostDraws = 1000;

/**
 * @param sampling ARM's `samplingAlgorithm`. Bayesian sampling draws at random here: nothing that a client sees depends on
 *   how well it learns.
 * @returns a message in place of a sampler where the service could not sample either.
 */
export function createSampler(sampling: Readonly<Record<string, unknown>>, space: SearchSpace): Sampler | string {
  const type = String(sampling["samplingAlgorithmType"]).toLowerCase();
  const continuous = Object.entries(space).filter(([, [kind]]) => kind !== "choice");
  if (type === "grid") {
    const [first] = continuous;
    if (first !== undefined)
      return `Grid sampling supports only choice; the parameter '${first[0]}' is ${first[1][0]}.`;
    const grid = gridOf(space);
    return () => grid.shift();
  }
  const { seed } = sampling;
  const random = randomOf(typeof seed === "number" ? seed : Date.now());
  const drawn = new Set<string>();
  return () => {
    for (let draw = 0; draw < mostDraws; draw += 1) {
      const parameters = Object.fromEntries(
        Object.entries(space).map(([name, distribution]) => [name, sample(distribution, random)]),
      );
      const key = JSON.stringify(parameters);
      if (drawn.has(key)) continue;
      drawn.add(key);
      return parameters;
    }
    return undefined;
  };
}

function gridOf(space: SearchSpace): Parameters[] {
  return Object.entries(space).reduce<Parameters[]>(
    (grid, [name, [, [options]]]) =>
      grid.flatMap((parameters) =>
        (options as readonly unknown[]).map((option) => ({ ...parameters, [name]: option })),
      ),
    [{}],
  );
}

type Random = () => number;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function sample([type, parameters]: Distribution, random: Random): unknown {
  if (type === "choice") return chosen(parameters[0] as readonly unknown[], random);
  const [a = 0, b = 0, q = 1] = parameters as readonly number[];
  const uniform = () => a + (b - a) * random();
  const normal = () => a + b * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const stepped = (value: number) => Math.round(value / q) * q;
  switch (type) {
    case "uniform":
      return uniform();
    case "loguniform":
      return Math.exp(uniform());
    case "quniform":
      return stepped(uniform());
    case "qloguniform":
      return stepped(Math.exp(uniform()));
    case "normal":
      return normal();
    case "lognormal":
      return Math.exp(normal());
    case "qnormal":
      return stepped(normal());
    case "qlognormal":
      return stepped(Math.exp(normal()));
    case "randint":
      return Math.floor(random() * a);
    default:
      throw new Error(`There is no distribution ${type}.`);
  }
}

/** An option may be a mapping of parameters, each a value or a distribution of its own. */
function chosen(options: readonly unknown[], random: Random): unknown {
  const option = options[Math.floor(random() * options.length)];
  if (typeof option !== "object" || option === null) return option;
  return Object.fromEntries(
    Object.entries(option).map(([name, part]: [string, unknown]) => [
      name,
      Array.isArray(part) ? sample(part as unknown as Distribution, random) : part,
    ]),
  );
}
