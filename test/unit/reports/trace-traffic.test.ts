import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {beforeAll, describe, expect, test} from '@jest/globals'
import {isObject} from '../../../src/formats/decode.js'
import {type TrafficAnswer, trafficReport} from '../../../src/reports/trace/traffic-report.js'
import {openFiles} from '../../../src/sources/open.js'
import {sharedMesh} from '../../support/mesh-capture.js'
import {SHARED, sharedTest} from '../../support/shared-data.js'
import {judged} from '../../support/traffic.js'

const RECORDS = gunzipSync(readFileSync('test/fixtures/traffic/sample.jsonl.gz')).toString('utf8')

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter(line => line !== '')
}

/** A record without what happened. */
function bare(line: string): string {
  const json: unknown = JSON.parse(line)
  if (!isObject(json)) return line
  const {result: _result, accessLogs: _logs, ...rest} = json
  return JSON.stringify(rest)
}

function tally(answers: readonly TrafficAnswer[], text: string) {
  const verdicts = answers.map((answer, i) => judged(answer, JSON.parse(linesOf(text)[i] ?? '')))
  const of = (verdict: string) => verdicts.filter(each => each === verdict).length
  const wrong = verdicts.filter(each => !['as answered', 'as an alternative'].includes(each))
  return {asAnswered: of('as answered'), asAlternative: of('as an alternative'), wrong}
}

describe('what becomes of a request in the mesh', () => {
  let answers: readonly TrafficAnswer[] = []

  beforeAll(async () => {
    const source = await openFiles(['src/sample/mesh.tgz'])
    answers = (await trafficReport(source, RECORDS, 'the records')).answers
  })

  test('matches the recordings between pods of the sample', () => {
    const {asAnswered, asAlternative, wrong} = tally(answers, RECORDS)
    expect(wrong).toEqual([])
    expect(asAnswered).toBeGreaterThan(200)
    expect(asAlternative).toBeLessThan(3)
    expect(answers.filter(each => each.outcome === 'undecided')).toEqual([])
  })

  test('depends on the request part alone', async () => {
    const source = await openFiles(['src/sample/mesh.tgz'])
    const without = linesOf(RECORDS).map(bare).join('\n')
    expect(JSON.stringify((await trafficReport(source, without, 'the records')).answers)).toBe(JSON.stringify(answers))
  })

  test('a wrong answer would be noticed', () => {
    const [first] = answers.filter(each => each.status === 503 && each.flags.includes('UC'))
    const line = linesOf(RECORDS).find(each => each.includes(`"id": "${first?.id}"`)) ?? ''
    if (first === undefined) throw new Error('some request is answered with 503 UC')
    expect(judged(first, JSON.parse(line))).toBe('as answered')
    expect(judged({...first, status: 200}, JSON.parse(line))).toContain('result')
    expect(judged({...first, flags: []}, JSON.parse(line))).toContain('flags')
    expect(judged({...first, details: 'via_upstream'}, JSON.parse(line))).toContain('details')
  })

  sharedTest(
    'matches the recordings of the whole mesh',
    async () => {
      const source = await sharedMesh()
      const text = readFileSync(join(SHARED, 'traffic', 'demo.jsonl'), 'utf8')
      const report = await trafficReport(source, text, 'the records')
      const {asAnswered, asAlternative, wrong} = tally(report.answers, text)
      expect(wrong).toEqual([])
      // A fault that strikes 5% of the requests (twice), and the race between a reset and a write (three times).
      expect({asAnswered, asAlternative}).toEqual({asAnswered: 823, asAlternative: 5})
    },
    60_000,
  )
})
