import {describe, expect, test} from '@jest/globals'
import {goNanoseconds} from '../../../src/model/text/go-duration.js'

// Values of Go 1.26's time.ParseDuration.
describe('goNanoseconds', () => {
  test.each([
    ['0', 0],
    ['250ms', 250_000_000],
    ['1m30s', 90_000_000_000],
    ['1.5h', 5_400_000_000_000],
    ['1.005s', 1_005_000_000],
    ['3us7ns', 3007],
  ])('reads %s', (text, expected) => {
    expect(goNanoseconds(text)).toBe(expected)
  })

  test.each(['', '5', '5x', 's', '1s ', '1mss', '1d', '1s,2s', '9'.repeat(50_000)])('refuses other text (%#)', text => {
    expect(goNanoseconds(text)).toBeUndefined()
  })

  test('takes the units it is given', () => {
    expect(goNanoseconds('1d', {d: 8.64e13})).toBe(86_400_000_000_000)
    expect(goNanoseconds('1s', {d: 8.64e13})).toBeUndefined()
  })
})
