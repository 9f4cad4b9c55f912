import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {buildSync} from 'esbuild'
import {tempFolder} from '../../support/temp-folder.js'

const TEMP = tempFolder('processes')

/** Runs a small program made of our modules in a process of its own. */
function program(imports: string, body: string, options: {readonly shell?: string} = {}) {
  const folder = mkdtempSync(join(TEMP, 'run-'))
  const entry = join(folder, 'entry.ts')
  writeFileSync(
    entry,
    `${imports.replace(/'src\//g, `'${process.cwd()}/src/`)}\nconst folder = ${JSON.stringify(folder)}\n${body}`,
  )
  const out = join(folder, 'entry.mjs')
  buildSync({entryPoints: [entry], outfile: out, bundle: true, platform: 'node', format: 'esm', logLevel: 'silent'})
  const argv =
    options.shell === undefined
      ? [process.execPath, out]
      : ['sh', '-c', `${options.shell}`, 'sh', process.execPath, out]
  const {status, stdout, stderr} = spawnSync(argv[0] ?? '', argv.slice(1), {encoding: 'utf8', timeout: 60_000})
  return {status, stdout, stderr, files: readdirSync(folder).filter(name => !name.startsWith('entry'))}
}

const GUARD = `import {endOnUncaught} from 'src/cli/output/last-resort.js'
import {endOnLostOutput} from 'src/cli/output/lost-output.js'
import {removeAtExit} from 'src/sources/leftovers.js'
import {writeFileSync} from 'node:fs'`

describe('an error nobody caught', () => {
  test.each([
    ['thrown by a timer', `setTimeout(() => { throw new Error('lost') }, 1)`],
    ['a promise nobody awaits', `void Promise.reject(new Error('lost'))`],
    [
      'an event without a listener',
      `import('node:events').then(({EventEmitter}) => new EventEmitter().emit('error', new Error('lost')))`,
    ],
  ])('%s ends with 70 and one sentence, and what was begun is removed', (_what, body) => {
    const run = program(
      GUARD,
      `endOnUncaught('1.2.3', false)
       writeFileSync(folder + '/half.tmp', 'x'); removeAtExit(folder + '/half.tmp')
       ${body}; setTimeout(() => {}, 5000)`,
    )
    expect({...run, stderr: run.stderr.split('\n')[0]}).toEqual({
      status: 70,
      stdout: '',
      stderr: expect.stringMatching(/^Error: internal error in meshctl 1\.2\.3 .*: lost/),
      files: [],
    })
    expect(run.stderr).not.toMatch(/\n {4}at /)
  })

  test('a failed call to the operating system is a sentence and 2', () => {
    const run = program(
      GUARD,
      `endOnUncaught('1.2.3', false)
       setTimeout(() => writeFileSync('/dev/null/x', ''), 1)`,
    )
    expect(run).toMatchObject({
      status: 2,
      stderr: 'Error: cannot open /dev/null/x: a part of the path is not a directory\n',
    })
  })
})

test('a standard output that is full is said, with 2, never with the code of findings', () => {
  if (!existsSync('/dev/full')) return
  const run = program(GUARD, `endOnLostOutput(process.stdout); process.stdout.write('answer')`, {
    shell: '"$@" > /dev/full',
  })
  expect(run).toMatchObject({status: 2, stderr: 'Error: cannot write the output: the disk is full\n'})
})

test('a reader that went away ends the output without a word', () => {
  const run = program(
    GUARD,
    `endOnLostOutput(process.stdout); for (let i = 0; i < 1000; i++) process.stdout.write('x'.repeat(1000))`,
    {shell: '"$@" | true'},
  )
  expect(run).toMatchObject({status: 0, stderr: ''})
})

test('a child of serve that a signal ended has the code a shell gives it', () => {
  const run = program(
    `import {runWithKubeconfig} from 'src/cli/runs/serve-session.js'`,
    `const file = {path: 'x', cacheFolder: 'y', remove: async () => {}}
     for (const name of ['KILL', 'TERM', 'SEGV'])
       console.log(await runWithKubeconfig(['sh', '-c', 'kill -' + name + ' $$'], file, new AbortController().signal))`,
  )
  expect(run.stdout).toBe('137\n143\n139\n')
})
