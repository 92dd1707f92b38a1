/** What a program needs to find its way on a machine, and nothing that opens anything. */
const names = new Set([
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TERM", "TMPDIR", "TMP", "TEMP"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"],
  // actions/setup-python, whose Python finds its library by them.
  ...["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PKG_CONFIG_PATH", "PYTHONLOCATION"],
  ...["PYTHON_ROOT_DIR", "PYTHON2_ROOT_DIR", "PYTHON3_ROOT_DIR"],
  ...["CUDA_HOME", "CUDA_PATH", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "OMP_NUM_THREADS"],
  // Windows.
  ...["SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA"],
  ...["PROGRAMDATA", "PROGRAMFILES", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE"],
]);

/** Settings of the installers and of the locale. An index with a password is theirs to know. */
const families = /^(?:LC|PIP|CONDA|MAMBA|XDG)_/;

/**
 * The environment of what the action starts: pip, the virtual environment, the job. What is not named here stays behind,
 * because a package's setup script or a job of a pull request reads whatever is there.
 */
export function childEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => {
      const upper = name.toUpperCase();
      return value !== undefined && (names.has(upper) || families.test(upper)) ? [[name, value]] : [];
    }),
  );
}
