#!/usr/bin/env node
const {existsSync} = require('node:fs')
const {join} = require('node:path')

const OLDEST = 20
const START = 'dist/start.cjs'

function fail(error) {
  // Not even the program could be loaded: no build, or no more files may be opened.
  const unbuilt = !existsSync(join(__dirname, '..', START))
  process.stderr.write(
    unbuilt
      ? 'Error: meshctl is not built in this checkout\nNext: npm ci   (or npm run build, where the modules are installed)\n'
      : `Error: meshctl cannot be started: ${error.message}\n`,
  )
  process.exitCode = 2
}

function isTooOld() {
  return Number(process.versions.node.split('.')[0]) < OLDEST
}

function run() {
  try {
    require(`../${START}`).startInstalled(process.argv.slice(2), join(__dirname, '..')).catch(fail)
  } catch (error) {
    fail(error)
  }
}

if (isTooOld()) {
  process.stderr.write(`Error: meshctl needs Node ${OLDEST} or newer; this is Node ${process.versions.node}.\n`)
  process.exitCode = 2
} else run()
