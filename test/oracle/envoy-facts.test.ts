import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {field, textOf} from '../../src/formats/decode.js'
import {answerFolder, type TraceCaseResult} from '../../src/reports/trace/cases-report.js'
import {readCaseFolders} from '../../src/sources/case-folders/folder.js'
import {differences} from '../support/envoy-cases.js'
import {SHARED, sharedTest} from '../support/shared-data.js'

/** Facts no recorded case here shows, and where each has its test. */
const SHOWN_ELSEWHERE: Readonly<Record<number, string>> = {
  8: 'a range does not hold its end (analysis/envoy-trace)',
  84: 'shadow rules alone never deny (analysis/envoy-trace)',
  93: 'without a TLS inspector no chain is for TLS (analysis/envoy-trace)',
  143: 'a route finds a value inside a list claim (analysis/envoy-trace)',
}

/** The cases each measured fact of the truth set names, by its number. */
function casesOfFacts(): ReadonlyMap<number, readonly string[]> {
  const text = readFileSync(join(SHARED, 'envoy', 'README.md'), 'utf8')
  const facts = text.slice(text.indexOf('## Measured facts'), text.indexOf('## How the recording was checked'))
  return new Map(
    [...facts.matchAll(/^(\d+)\. (.*)$/gm)].map(([, number, fact = '']) => [
      Number(number),
      [...fact.matchAll(/c\d{3}-\d{3}/g)].map(([id]) => id),
    ]),
  )
}

describe('the facts measured on a real Envoy', () => {
  sharedTest(
    'each has a case that is answered right',
    async () => {
      const facts = casesOfFacts()
      expect(facts.size).toBe(152)
      const wanted = new Set([...facts.values()].flat())
      const results = new Map<string, readonly string[]>()
      for await (const folder of readCaseFolders(join(SHARED, 'envoy', 'given'))) {
        const lines = folder.cases.split('\n').filter(line => wanted.has(/"id": "([^"]+)"/.exec(line)?.[1] ?? ''))
        const observed = new Map(
          lines.map(line => [textOf(JSON.parse(line), 'id') ?? '', field(JSON.parse(line), 'observed')]),
        )
        const answers: readonly TraceCaseResult[] = answerFolder({...folder, cases: lines.join('\n')})
        for (const each of answers)
          results.set(
            each.id,
            'unknown' in each ? [`undecided: ${each.reason}`] : differences(each, observed.get(each.id)),
          )
      }
      const wrong = [...results].flatMap(([id, found]) => found.map(each => `${id}: ${each}`))
      expect(wrong).toEqual([])
      const without = [...facts].filter(([, ids]) => !ids.some(id => results.has(id))).map(([number]) => number)
      expect(without).toEqual(Object.keys(SHOWN_ELSEWHERE).map(Number))
    },
    120_000,
  )
})
