#!/usr/bin/env node
const {join} = require('node:path')

function fail(error) {
  // Not even the program could be loaded: no build, or no more files may be opened.
  process.stderr.write(`Error: meshctl cannot be started: ${error.message}\n`)
  process.exitCode = 2
}

try {
  require('../dist/start.cjs').startInstalled(process.argv.slice(2), join(__dirname, '..')).catch(fail)
} catch (error) {
  fail(error)
}
