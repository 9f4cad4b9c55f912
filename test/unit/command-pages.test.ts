import {spawnSync} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import {expect, test} from '@jest/globals'
import {isObject, listOf, objectOf, textOf} from '../../src/formats/decode.js'

const manifest: unknown = JSON.parse(readFileSync('oclif.manifest.json', 'utf8'))
const COMMANDS = Object.entries(objectOf(manifest, 'commands') ?? {}).filter(
  ([, command]) => isObject(command) && command.hidden !== true,
)

test('docs/commands has a page for every command, up to date (npm run generate)', () => {
  expect(readdirSync('docs/commands').length).toBe(COMMANDS.length + 1)
  const {stdout} = spawnSync(process.execPath, ['scripts/generate-command-pages.js', '--check'], {encoding: 'utf8'})
  expect(stdout).toBe('')
})

test('every example of help is a command with a sentence', () => {
  const bad = COMMANDS.flatMap(([id, command]) =>
    listOf(command, 'examples').flatMap(example => {
      const [sentence, words] = [textOf(example, 'description') ?? '', textOf(example, 'command') ?? '']
      return /^[A-Z].*\.$/.test(sentence) && words.includes('<%= config.bin %>') ? [] : [`${id}: ${words || example}`]
    }),
  )
  expect(bad).toEqual([])
  expect(COMMANDS.filter(([, command]) => listOf(command, 'examples').length === 0).map(([id]) => id)).toEqual([])
})

test('USAGE is one line, and a flag that takes a value says which', () => {
  const usages = COMMANDS.map(
    ([id, command]) => [id, [textOf(command, 'usage') ?? listOf(command, 'usage')].flat()] as const,
  )
  expect(usages.filter(([, lines]) => lines.length !== 1 || String(lines[0]).includes('\n'))).toEqual([])
})
