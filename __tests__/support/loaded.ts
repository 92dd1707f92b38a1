import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";

/** With `node --import`: writes the address of every module that is loaded into the file named by `LOADED_MODULES`. */
const file = process.env["LOADED_MODULES"] ?? "";
registerHooks({
  load: (url, context, nextLoad) => {
    appendFileSync(file, `${url}\n`);
    return nextLoad(url, context);
  },
});
