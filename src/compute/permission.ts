import type { Permission } from "./kind.ts";

export function required(scope: string, purpose: string, ...actions: readonly string[]): readonly Permission[] {
  return actions.map((action) => ({ action, scope, level: "required", purpose }));
}

export function recommended(scope: string, purpose: string, ...actions: readonly string[]): readonly Permission[] {
  return actions.map((action) => ({ action, scope, level: "recommended", purpose }));
}
