import {describe, expect, test} from '@jest/globals'
import {type Gap, gapSentences, isFailure} from '../../../src/model/evidence/answer.js'

const gap = (what: string, reason: Gap['reason'], detail: string): Gap => ({what, reason, detail})

describe('gaps', () => {
  test('missing for one reason share a sentence, others keep theirs; none is lost', () => {
    const gaps = [
      gap('a', 'not-captured', 'x'),
      gap('b', 'timeout', 'x'),
      gap('c', 'not-captured', 'x'),
      gap('d', 'not-captured', 'y'),
    ]
    expect(gapSentences(gaps)).toEqual(['a; c: not captured (x)', 'b: timed out (x)', 'd: not captured (y)'])
  })

  test('what should have been readable fails a run, what was never granted or taken does not', () => {
    // docs/exit-codes.md: timeout, 403, lost connection, truncated fail; power not granted, no tool, not captured do not.
    const failing = (['timeout', 'forbidden', 'unreachable', 'truncated', 'unreadable', 'not-running'] as const).map(
      reason => isFailure(gap('', reason, '')),
    )
    const harmless = (['no-privilege', 'no-tool', 'not-captured', 'not-applicable'] as const).map(reason =>
      isFailure(gap('', reason, '')),
    )
    expect([new Set(failing), new Set(harmless)]).toEqual([new Set([true]), new Set([false])])
  })
})
