import {expect, test} from '@jest/globals'
import {frameOf, watching} from '../../../src/cli/output/watch.js'

test('a frame fits the terminal and says what does not', () => {
  const text = Array.from({length: 30}, (_, at) => `line ${at}\n`).join('')
  const frame = frameOf(text, {rows: 13, isTTY: true}, 'every 2s')
  expect(frame.startsWith('\x1b[H\x1b[Jevery 2s\nline 0\n')).toBe(true)
  expect(frame.split('\n')).toHaveLength(13)
  expect(frame).toContain('… 20 more lines')
  expect(frameOf('one\n', {rows: 13, isTTY: true}, 'every 2s')).toBe('\x1b[H\x1b[Jevery 2s\none\n')
})

test('in a pipe each round has its time and ends with an empty line; documents for programs stay as they are', () => {
  expect(frameOf('A  B\n1  2\n', {}, 'every 2s, T')).toBe('every 2s, T\nA  B\n1  2\n\n')
  expect(frameOf('{}\n', {}, 'every 2s, T', false)).toBe('{}\n')
})

test('a source that cannot change is asked once; the error of a first round is thrown', async () => {
  let rounds = 0
  const once = async () => {
    rounds += 1
    return false
  }
  await watching(1, once, String)
  expect(rounds).toBe(1)
  await expect(watching(1, () => Promise.reject(new Error('no cluster')), String)).rejects.toThrow('no cluster')
})
