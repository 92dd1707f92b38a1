/**
 * The program that the service imports: it finds the scoring script in the folder of the code, and hands it what comes in
 * under the name that its `run` has for it. Scripts whose `run` takes `request_headers` get them too.
 *
 * @param folder name of the folder that the code was packed under.
 * @param script below it.
 */
export function driverProgram(folder: string, script: string): string {
  return `import importlib.util
import inspect
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.append(os.path.join(HERE, ${pythonString(folder)}))

_spec = importlib.util.spec_from_file_location(
    "scoring_script", os.path.join(HERE, ${pythonString(`${folder}/${script}`)})
)
_script = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_script)
_body = None
_takes_headers = False


def init():
    global _body, _takes_headers
    names = list(inspect.signature(_script.run).parameters)
    _takes_headers = "request_headers" in names
    _body = next((name for name in names if name != "request_headers"), None)
    _script.init()


def run(http_body, request_headers):
    arguments = {_body: http_body}
    if _takes_headers:
        arguments["request_headers"] = request_headers
    return _script.run(**arguments)
`;
}

/** JSON's strings are Python's. */
function pythonString(text: string): string {
  return JSON.stringify(text);
}
