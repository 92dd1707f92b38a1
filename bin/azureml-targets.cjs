#!/usr/bin/env node
"use strict";
// Read by whatever Node is installed, so it is written in the oldest syntax: an old one is then told what is needed, and
// does not stop at syntax that it does not know. The command line itself is a part of the bundle of the action.
var needed = 24;
var present = process.versions.node;
if (parseInt(present, 10) < needed) {
  console.error(
    "azureml-targets needs Node " +
      needed +
      " or newer, and this is Node " +
      present +
      ". Install a newer one, or run it by: npx --package=node@" +
      needed +
      " --package=azureml-targets azureml-targets",
  );
  process.exitCode = 2;
} else {
  // The runner calls the same file without arguments; whoever gives none here asks what can be given.
  if (process.argv.length < 3) process.argv.push("--help");
  import("../dist/index.js");
}
