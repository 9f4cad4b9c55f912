import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, test} from '@jest/globals'
import {meshctl} from '../support/cli.js'
import {corpusShare} from '../support/oracle-size.js'

/** Texts that hold nothing for a command about an Envoy, sockets or rules. */
const WORTHLESS = [
  ['a.json', '{"a":1}'],
  ['o.json', '{}'],
  ['h.txt', 'hello world\n'],
  ['noconf.json', '{"configs":[]}'],
] as const

const READERS = [
  'pc cluster',
  'pc listener',
  'pc route',
  'pc endpoint',
  'pc eds',
  'pc secret',
  'pc bootstrap',
  'pc ecds',
  'pc all',
  'server-info',
  'ports',
  'iptables',
  'ps',
]

const PAIRS = READERS.flatMap(command => WORTHLESS.map(([name, text]) => [command, name, text] as const))

/** Gives a share of all commands a text that holds nothing for them; WORTHLESS_SEED and WORTHLESS_SHARE choose others, and more or fewer. */
export function worthlessTexts(share: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'meshctl-worthless-'))
  afterAll(() => rmSync(folder, {recursive: true, force: true}))

  test.each([...corpusShare('WORTHLESS', PAIRS, share)])(
    '%s of %s, which holds nothing for it, is an error and not an empty answer',
    async (command, name, text) => {
      const path = join(folder, name)
      writeFileSync(path, text)
      const run = await meshctl([...command.split(' '), '-f', path])
      expect([run.code, run.stdout]).toEqual([2, ''])
    },
  )
}
