import {spawn} from 'node:child_process'
import {mkdtempSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {buildSync} from 'esbuild'
import {tempFolder} from '../../support/temp-folder.js'

const TEMP = tempFolder('interrupt')

/** Runs a small program made of our interrupt handling in a process of its own and sends it signals. */
async function interrupted(
  body: string,
  signals: readonly NodeJS.Signals[],
): Promise<{code: number | string | null; out: string}> {
  const folder = mkdtempSync(join(TEMP, 'interrupt-'))
  const entry = join(folder, 'entry.ts')
  writeFileSync(
    entry,
    `import {endOnInterrupt, undoable} from ${JSON.stringify(join(process.cwd(), 'src/cli/output/interrupt.ts'))}\n${body}`,
  )
  const out = join(folder, 'entry.mjs')
  buildSync({entryPoints: [entry], outfile: out, bundle: true, platform: 'node', format: 'esm', logLevel: 'silent'})
  const child = spawn(process.execPath, [out], {stdio: ['ignore', 'pipe', 'inherit']})
  let text = ''
  let sent = 0
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8')
    for (; sent < text.split('ready').length - 1 && sent < signals.length; sent++) child.kill(signals[sent])
  })
  const code = await new Promise<number | string | null>(resolve =>
    child.on('close', (exit, signal) => resolve(exit ?? signal)),
  )
  return {code, out: text}
}

const WAIT = 'const stay = setInterval(() => {}, 1000)'

describe('Ctrl-C', () => {
  test('ends the program by the signal, so that a shell sees 130', async () => {
    expect(await interrupted(`${WAIT}; endOnInterrupt(); console.log('ready')`, ['SIGINT'])).toEqual({
      code: 'SIGINT',
      out: 'ready\n',
    })
  })

  test('ends it in the middle of a computation that never yields', async () => {
    const body = `endOnInterrupt(); process.stdout.write('ready\\n', () => { for (;;); })`
    expect(await interrupted(body, ['SIGINT'])).toEqual({code: 'SIGINT', out: 'ready\n'})
  })

  test('ends it so again once the work that must be undone is done', async () => {
    const body = `endOnInterrupt(); await undoable(async () => {}); process.stdout.write('ready\\n', () => { for (;;); })`
    expect(await interrupted(body, ['SIGINT'])).toEqual({code: 'SIGINT', out: 'ready\n'})
  })

  test('lets work that must be undone finish undoing it, then ends with 130', async () => {
    const body = `endOnInterrupt(); await undoable(async signal => {
      ${WAIT}
      const aborted = new Promise(resolve => signal.addEventListener('abort', () => setTimeout(resolve, 50)))
      console.log('ready')
      await aborted
      clearInterval(stay); console.log('undone')
    })`
    expect(await interrupted(body, ['SIGINT'])).toEqual({code: 130, out: 'ready\nundone\n'})
  })

  test('a second one ends it at once', async () => {
    const body = `endOnInterrupt(); await undoable(async signal => {
      ${WAIT}; signal.addEventListener('abort', () => console.log('ready again')); console.log('ready')
      await new Promise(() => {})
    })`
    expect((await interrupted(body, ['SIGINT', 'SIGINT'])).code).toBe(130)
  })
})
