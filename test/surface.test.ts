import {readFileSync, writeFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {isObject, listOf, objectOf, textOf} from '../src/formats/decode.js'

const GOLDEN = 'test/golden/surface.json'

function flagSurface(flag: unknown): string {
  const name = textOf(flag, 'name') ?? ''
  const char = textOf(flag, 'char')
  const type = textOf(flag, 'type') === 'boolean' ? '' : ' VALUE'
  const options = listOf(flag, 'options')
  return `--${name}${char === undefined ? '' : ` -${char}`}${type}${options.length > 0 ? ` (${options.join('|')})` : ''}`
}

/** Commands, aliases, arguments and flags: what scripts and fingers rely on. */
function surface(): unknown {
  const manifest: unknown = JSON.parse(readFileSync('oclif.manifest.json', 'utf8'))
  const commands = Object.entries(objectOf(manifest, 'commands') ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(
    commands.map(([id, command]) => [
      id.replaceAll(':', ' '),
      {
        aliases: [...listOf(command, 'aliases'), ...listOf(command, 'hiddenAliases')].map(alias =>
          String(alias).replaceAll(':', ' '),
        ),
        args: Object.keys(objectOf(command, 'args') ?? {}),
        flags: Object.values(objectOf(command, 'flags') ?? {})
          .filter(isObject)
          .map(flagSurface)
          .sort(),
      },
    ]),
  )
}

describe('the surface of the program', () => {
  test('changes only on purpose (UPDATE_GOLDEN=1 rewrites it, the difference is the review)', () => {
    const now = surface()
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(GOLDEN, `${JSON.stringify(now, null, 1)}\n`)
    expect(now).toEqual(JSON.parse(readFileSync(GOLDEN, 'utf8')))
  })

  test('no command gives one letter to two flags', () => {
    const manifest: unknown = JSON.parse(readFileSync('oclif.manifest.json', 'utf8'))
    const clashes = Object.entries(objectOf(manifest, 'commands') ?? {}).flatMap(([id, command]) => {
      const letters = Object.values(objectOf(command, 'flags') ?? {}).flatMap(flag => textOf(flag, 'char') ?? [])
      return letters.filter((letter, at) => letters.indexOf(letter) !== at).map(letter => `${id} -${letter}`)
    })
    expect(clashes).toEqual([])
  })

  test('every command says in one line what it does', () => {
    const manifest: unknown = JSON.parse(readFileSync('oclif.manifest.json', 'utf8'))
    const silent = Object.entries(objectOf(manifest, 'commands') ?? {}).filter(
      ([, command]) => (textOf(command, 'summary') ?? '') === '',
    )
    expect(silent.map(([id]) => id)).toEqual([])
  })
})
