import {afterEach, expect, jest, test} from '@jest/globals'
import {progressLine} from '../../../src/cli/output/progress-line.js'

/** A stream that keeps what is written to it, and says of itself what a terminal would. */
function terminal(isTTY: boolean, columns: number): {readonly stream: NodeJS.WriteStream; readonly written: string[]} {
  const written: string[] = []
  const write = (text: string) => written.push(text) > 0
  return {stream: {isTTY, columns, write} as unknown as NodeJS.WriteStream, written}
}

test('on a terminal the line is written over, cut to its width, and gone at the end; remarks stay', () => {
  const {stream, written} = terminal(true, 12)
  const line = progressLine(stream)
  line.note('this will hold about 40 MB')
  line.show('3 of 26 pods, 4 MB')
  line.clear()
  expect(written).toEqual(['\r\u001b[2Kthis will hold about 40 MB\n', '\r\u001b[2K3 of 26 pod', '\r\u001b[2K'])
})

test('a terminal that does not know its width gets eighty columns', () => {
  const {stream, written} = terminal(true, 0)
  progressLine(stream).show('x'.repeat(100))
  expect(written).toEqual([`\r\u001b[2K${'x'.repeat(79)}`])
})

test('nothing is written where nobody watches', () => {
  const {stream, written} = terminal(false, 80)
  const line = progressLine(stream)
  line.note('a')
  line.show('b')
  line.clear()
  expect(written).toEqual([])
})

afterEach(() => {
  jest.restoreAllMocks()
})

test('only what lasts is shown, and not more often than it can be read', () => {
  const clock = jest.spyOn(performance, 'now').mockReturnValue(0)
  const {stream, written} = terminal(true, 80)
  const line = progressLine(stream, {afterMs: 1000})
  const shownAt = (ms: number) => {
    clock.mockReturnValue(ms)
    line.show(`${ms}`)
  }
  for (const ms of [10, 999, 1000, 1050, 1099, 1100]) shownAt(ms)
  expect(written).toEqual(['\r\u001b[2K1000', '\r\u001b[2K1100'])
  line.clear()
  line.clear()
  expect(written.slice(2)).toEqual(['\r\u001b[2K'])
})

test('a program that ends in the middle leaves no line behind', () => {
  const before = process.listeners('exit')
  const {stream, written} = terminal(true, 80)
  const line = progressLine(stream)
  line.show('half way')
  const [added, ...more] = process.listeners('exit').filter(each => !before.includes(each))
  expect(more).toEqual([])
  added?.(130)
  expect(written.at(-1)).toBe('\r\u001b[2K')
  expect(process.listeners('exit')).toEqual(before)
})
