import {relative} from 'node:path'

/** Lists every skipped test of a run on a line of its own; with `-t` the rest is skipped on purpose, and nothing is listed. */
export default class SkipReporter {
  constructor(globalConfig) {
    this.filtered = Boolean(globalConfig.testNamePattern)
  }

  onRunComplete(_contexts, {testResults}) {
    if (this.filtered) return
    for (const {testFilePath, testResults: tests} of testResults) {
      const file = relative(process.cwd(), testFilePath)
      for (const {status, fullName} of tests) {
        if (status === 'pending') process.stderr.write(`skipped: ${file}: ${fullName.replace(/\s+/g, ' ')}\n`)
      }
    }
  }
}
