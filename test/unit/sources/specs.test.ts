import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {completions} from '../../../src/cli/completion/completion.js'
import {commonFlags} from '../../../src/cli/flags/flags.js'
import {isSourceSpec} from '../../../src/cli/input/open-side.js'
import {openSource} from '../../../src/sources/open.js'
import {SOURCE_SPECS, sourceSpecOf, sourceSpecUsage} from '../../../src/sources/specs.js'

const OPTIONS = {
  root: '.',
  adminPort: 15_000,
  cluster: {istioNamespace: 'istio-system', asGroups: [], requestTimeoutMs: 1},
}

const FROM = {name: 'from', takesValue: true, summary: ''}

describe.each(SOURCE_SPECS.map(spec => [sourceSpecUsage(spec), spec] as const))('the source %s', (usage, spec) => {
  test('is named in help, completion, the error about an unknown source, and the README', async () => {
    expect(commonFlags.from.description).toContain(usage)
    const error: unknown = await openSource('no-such-file', OPTIONS as never).catch(each => each)
    expect(error).toMatchObject({hint: expect.stringContaining(`${usage} (${spec.meaning})`)})
    const surface = {commands: [{words: [['x']], flags: [FROM], args: [], forms: [], summary: '', hidden: false}]}
    const {candidates} = await completions(['x', '--from', ''], surface, async () => [])
    expect(candidates.map(({word}) => word).includes(spec.word)).toBe(spec.word !== '-')
    expect(readFileSync('README.md', 'utf8')).toMatch(new RegExp(`\`${spec.word}`))
  })

  test('is known to be a source and not a pod', () => {
    const word = `${spec.word}${spec.value === undefined ? '' : 'x'}`
    expect(sourceSpecOf(word)).toEqual({spec, value: spec.value === undefined ? '' : 'x'})
    expect(isSourceSpec(word)).toBe(true)
    if (spec.value !== undefined) expect(sourceSpecOf(spec.word)).toBeUndefined()
    expect(isSourceSpec(`${word}.demo`.replace(':', '-'))).toBe(false)
  })
})
