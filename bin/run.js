#!/usr/bin/env node
try {
  const {main} = await import('../dist/src/cli/main.js')
  await main(process.argv.slice(2), new URL('..', import.meta.url))
} catch (error) {
  // Not even the program could be loaded: no build, or no more files may be opened.
  process.stderr.write(`Error: meshctl cannot be started: ${error.message}\n`)
  process.exitCode = 2
}
