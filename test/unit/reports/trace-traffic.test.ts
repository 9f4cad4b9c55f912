import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {beforeAll, describe, expect, test} from '@jest/globals'
import {isObject} from '../../../src/formats/decode.js'
import {type TrafficAnswer, trafficReport} from '../../../src/reports/trace/traffic-report.js'
import {sharedMesh} from '../../support/mesh-capture.js'
import {sampleSource} from '../../support/sample.js'
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
    const source = await sampleSource()
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
    const source = await sampleSource()
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

/** The policy that the log of ztunnel or of the waypoint names. */
function denier(record: unknown): string | undefined {
  const text = JSON.stringify(record)
  return (
    /explicitly denied by: ([^\s"\\]+)/.exec(text)?.[1] ??
    /rbac_access_denied_matched_policy\[(none|.*?-rule\[\d+\])\]/.exec(text)?.[1]
  )
}

describe('in the ambient corner of the sample', () => {
  test('requests end as they were recorded: through the waypoint, its routes and policies, and ztunnel', async () => {
    const text = readFileSync('test/fixtures/traffic/ambient.jsonl', 'utf8')
    const source = await sampleSource()
    const {answers} = await trafficReport(source, text, 'the records')
    const records = linesOf(text).map(line => JSON.parse(line) as {id: string; result: {status: number}})
    expect(records.length).toBeGreaterThan(8)
    for (const [i, record] of records.entries()) {
      const answer = answers[i]
      const ways = answer === undefined ? [] : [answer, ...answer.alternatives]
      expect([record.id, ways.map(({status}) => status)]).toEqual([
        record.id,
        expect.arrayContaining([record.result.status]),
      ])
      const by = denier(record)
      if (by !== undefined)
        expect([record.id, ways.map(({policy}) => policy)]).toEqual([record.id, expect.arrayContaining([by])])
    }
    expect(answers.filter(each => each.outcome === 'undecided')).toEqual([])
    expect(answers.filter(each => each.outcome === 'denied').length).toBeGreaterThan(2)
  })
})
