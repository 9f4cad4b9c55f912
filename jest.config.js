/** What both kinds of tests share: TypeScript as ES modules, transformed by SWC. */
const shared = {
  testEnvironment: '<rootDir>/test/support/plain-globals.js',
  roots: ['<rootDir>/test'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {'^(\\.{1,2}/.*)\\.js$': '$1'},
  transform: {
    '^.+\\.ts$': ['@swc/jest', {jsc: {target: 'es2022', parser: {syntax: 'typescript'}}, module: {type: 'es6'}}],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist'],
}

/** `quick` is what `npm test` runs; `long` are the oracles and corpora in files named `*.long.test.ts`. */
export default {
  // Ends what hangs; far above what any test takes on a loaded machine, so that no result depends on its speed.
  testTimeout: 300_000,
  // The default leaves one core idle, which doubles the time on a laptop with two.
  maxWorkers: '100%',
  // The modules of a finished test file stay in memory (node's vm modules): a worker that grew is replaced before collecting garbage costs more than that.
  workerIdleMemoryLimit: '900MB',
  testSequencer: '<rootDir>/test/support/slow-first.js',
  reporters: ['default', '<rootDir>/test/support/skip-reporter.js'],
  projects: [
    {
      ...shared,
      displayName: 'quick',
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.long\\.test\\.ts$'],
    },
    {...shared, displayName: 'long', testMatch: ['**/*.long.test.ts']},
  ],
}
