import {describe, expect, test} from '@jest/globals'
import {withoutLineNumbers} from '../../../src/formats/wrapped-text/line-numbers.js'

const LINES = ['spec:', '  a: 1', '  b:', '    c: 2', 'e: 3', '  f: 4', 'g:', '  h: 5', 'i: 6', 'j: 7', '  k: 8']

describe('numbers that a tool put in front of lines', () => {
  test.each([
    ['cat -n', (line: string, at: number) => `${String(at + 1).padStart(6)}\t${line}`],
    ['an editor, right aligned', (line: string, at: number) => `${String(at + 1).padStart(3)} ${line}`],
    ['a screenshot, left aligned', (line: string, at: number) => `${at + 1} ${line}`],
    ['left aligned in a column', (line: string, at: number) => `${String(at + 1).padEnd(4)}${line}`],
    ['a bar behind the number', (line: string, at: number) => `${String(at + 1).padStart(2)} | ${line}`],
    ['grep -n', (line: string, at: number) => `${at + 1}:${line}`],
    ['from a later line on', (line: string, at: number) => `${at + 98} ${line}`],
  ])('%s', (_, numbered) => {
    expect(withoutLineNumbers(LINES.map(numbered))).toEqual(LINES)
    // Prose around it stays.
    const pasted = ['Here it is:', ...LINES.map(numbered), '', 'Thanks']
    expect(withoutLineNumbers(pasted)).toEqual(['Here it is:', ...LINES, '', 'Thanks'])
  })

  test('a number without a line is an empty line', () => {
    expect(withoutLineNumbers([' 1 a', ' 2', ' 3 b', ' 4 c'])).toEqual(['a', '', 'b', 'c'])
  })

  test.each([
    [
      'iptables --line-numbers',
      ['num  target  prot', '1    RETURN  tcp', '2    RETURN  tcp', '3    ACCEPT  tcp', '4    LOG  tcp'],
    ],
    ['/proc/net/tcp', ['  sl  local_address', ...[0, 1, 2, 3].map(at => `   ${at}: 0100007F:3A98 00000000:0000 0A`)]],
    ['/proc/net/tcp without its header', [0, 1, 2, 3].map(at => `   ${at}: 0100007F:3A98 00000000:0000 0A`)],
    ['ps', ['PID   USER     COMMAND', '1 root init', '2 root a', '3 root b', '4 root c']],
    ['three numbers among others', ['x', '1 a', '2 b', '3 c', 'y']],
    ['numbers out of order', ['1 a', '3 b', '2 c', '4 d']],
  ])('%s keeps its numbers', (_, lines) => {
    expect(withoutLineNumbers(lines)).toEqual(lines)
  })
})
