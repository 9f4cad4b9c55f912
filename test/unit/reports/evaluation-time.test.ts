import {describe, expect, test} from '@jest/globals'
import type {Artifact} from '../../../src/model/evidence/evidence.js'
import {evaluationTime} from '../../../src/reports/evaluation-time.js'

const PAST = {live: false}
const NOW = new Date('2030-01-01T00:00:00Z')
const ASKED = new Date('2027-03-04T05:06:07Z')

function artifact(capturedAt?: string): Artifact {
  return {id: 'envoy.config_dump', bytes: new Uint8Array(), provenance: capturedAt === undefined ? {} : {capturedAt}}
}

describe('the moment at which validity is reckoned', () => {
  test('what was asked for wins, then the time of capture, then now; the text say which', () => {
    const captured = artifact('2026-11-20T19:00:00.123Z')
    expect(evaluationTime(ASKED, captured, NOW, PAST)).toEqual({at: ASKED, text: 'as of 2027-03-04T05:06:07Z (--at)'})
    expect(evaluationTime(undefined, captured, NOW, PAST)).toEqual({
      at: new Date('2026-11-20T19:00:00.123Z'),
      text: 'as of 2026-11-20T19:00:00Z (time of capture)',
    })
    expect(evaluationTime(undefined, artifact(), NOW, PAST)).toEqual({
      at: NOW,
      text: 'as of 2030-01-01T00:00:00Z (now)',
    })
    expect(evaluationTime(undefined, artifact('yesterday'), NOW, PAST).at).toBe(NOW)
  })

  test('what a live cluster answers is of now, though each answer has its time', () => {
    const {text} = evaluationTime(undefined, artifact('2029-12-31T23:59:59Z'), NOW, {live: true})
    expect(text).toBe('as of 2030-01-01T00:00:00Z (now)')
  })
})
