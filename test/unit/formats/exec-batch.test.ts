import {execFileSync, spawnSync} from 'node:child_process'
import {describe, expect, test} from '@jest/globals'
import {type BatchRow, batchArgv, batchOutput, batchRows, parseBatch} from '../../../src/formats/exec-batch.js'
import {commandsOf, EVIDENCE_IDS} from '../../../src/model/evidence/evidence.js'

const SHELLS = ['sh', 'bash', 'dash', 'busybox'].filter(shell => spawnSync(shell, ['--help']).error === undefined)

function run(shell: string, rows: readonly BatchRow[]): Uint8Array {
  const [, ...args] = batchArgv(rows)
  return shell === 'busybox' ? execFileSync(shell, ['sh', ...args]) : execFileSync(shell, args)
}

describe.each(SHELLS)('a batch of commands in %s', shell => {
  test('tells the exit code, the output and the errors of each, and runs the next only when one fails', () => {
    const rows = [
      [['printf', 'a\\nb\\n\\n']],
      [
        ['ls', '/nowhere/at/all'],
        ['echo', 'second'],
      ],
      [['no-such-program-here', '-c'], ['false']],
      [['true']],
    ]
    const parts = parseBatch(run(shell, rows), rows)?.flat()
    expect(parts?.map(({argv, code, stdout}) => [argv[0], code, Buffer.from(stdout).toString()])).toEqual([
      ['printf', 0, 'a\nb\n\n'],
      ['ls', expect.any(Number), ''],
      ['echo', 0, 'second\n'],
      ['no-such-program-here', 127, ''],
      ['false', 1, ''],
      ['true', 0, ''],
    ])
    expect(parts?.[1]?.stderr).toContain('/nowhere/at/all')
  })

  test('words are never taken for shell text', () => {
    const rows = [[['echo', '$(id)', '*', '`id`', '&&', '>x']]]
    expect(Buffer.from(parseBatch(run(shell, rows), rows)?.[0]?.[0]?.stdout ?? []).toString()).toBe(
      '$(id) * `id` && >x\n',
    )
  })

  test('what a command prints is not taken for another part', () => {
    const forged = String.raw`x.\n0\n\n0\0405\nevil.\n0\n\n`
    const rows = [[['printf', forged]], [['echo', 'honest']]]
    const parts = parseBatch(run(shell, rows), rows)?.flat()
    expect(parts).toHaveLength(2)
    expect(Buffer.from(parts?.[0]?.stdout ?? []).toString()).toContain('evil')
    expect(Buffer.from(parts?.[1]?.stdout ?? []).toString()).toBe('honest\n')
  })
})

describe('the output of a batch', () => {
  const rows: readonly BatchRow[] = [[['a', 'b'], ['c']], [['d']]]
  const parts = [
    {argv: ['a', 'b'], code: 2, stdout: Buffer.from('one\n'), stderr: 'no'},
    {argv: ['c'], code: 0, stdout: Buffer.from('two\n\n'), stderr: ''},
    {argv: ['d'], code: 'status' as const, stdout: Buffer.from('{}'), stderr: ''},
  ]

  test('is read back as it was written, and its command as its rows', () => {
    expect(parseBatch(batchOutput(parts), rows)).toEqual([parts.slice(0, 2), parts.slice(2)])
    expect(batchRows(batchArgv(rows))).toEqual(rows)
    expect(batchRows(['sh', '-c', 'echo', 'sh', 'a'])).toBeUndefined()
  })

  test('cut anywhere, longer, or with bytes beyond ASCII it is not read at all', () => {
    const whole = Buffer.from(batchOutput(parts))
    for (let end = 0; end < whole.length; end++) expect(parseBatch(whole.subarray(0, end), rows)).toBeUndefined()
    expect(parseBatch(Buffer.concat([whole, Buffer.from('x')]), rows)).toBeUndefined()
    expect(
      parseBatch(batchOutput([{argv: ['d'], code: 0, stdout: Buffer.from('é'), stderr: ''}]), [[['d']]]),
    ).toBeUndefined()
  })

  test('the words of evidence commands need no quotes', () => {
    const words = EVIDENCE_IDS.flatMap(commandsOf).flat()
    expect(words.length).toBeGreaterThan(0)
    expect(words.filter(word => !/^[\w./,-]+$/.test(word))).toEqual([])
  })
})
