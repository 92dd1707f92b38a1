import type { Accepted, Computes } from "../azure/computes.ts";
import { mayBeCarriedOut, type Outcome } from "../azure/outcome.ts";

/** Which targets' writes have changed something in Azure, or may have. */
export type Changes = {
  /** The same computes; what is written by way of them counts for this target, whatever compute it is about. */
  readonly of: (target: string) => Computes;
  readonly has: (target: string) => boolean;
};

export function trackChanges(computes: Computes): Changes {
  const changed = new Set<string>();
  return {
    of: (target) => {
      const noted = async (sent: Promise<Outcome<Accepted>>) => {
        const answer = await sent;
        if (answer.ok || mayBeCarriedOut(answer.failure)) changed.add(target);
        return answer;
      };
      return {
        ...computes,
        put: (...write) => noted(computes.put(...write)),
        patch: (...write) => noted(computes.patch(...write)),
        act: (...write) => noted(computes.act(...write)),
        remove: (...write) => noted(computes.remove(...write)),
      };
    },
    has: (target) => changed.has(target),
  };
}
