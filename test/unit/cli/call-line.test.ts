import {expect, test} from '@jest/globals'
import {callLine} from '../../../src/cli/input/open-for.js'

test.each([
  [{name: 'GET /x', bytes: 0, durationMs: 0.4, outcome: '200'}, '200            0 B     0 ms  GET /x'],
  [
    {name: 'exec p.n/c id', bytes: 999, durationMs: 12.6, outcome: 'exit 7'},
    'exit 7       999 B    13 ms  exec p.n/c id',
  ],
  [{name: 'GET /big', bytes: 15_100_000, durationMs: 1160, outcome: '200'}, '200        15.1 MB  1160 ms  GET /big'],
])('%j', (call, line) => {
  expect(callLine(call)).toBe(line)
})
