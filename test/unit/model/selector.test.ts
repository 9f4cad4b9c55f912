import {describe, expect, test} from '@jest/globals'
import {UserError} from '../../../src/model/evidence/user-error.js'
import {matchesLabels, parseSelector, selectorText} from '../../../src/model/kube/selector.js'

// The meaning of each operator is Kubernetes' own (documentation "Labels and Selectors").
const CASES: readonly (readonly [string, Readonly<Record<string, string>>, boolean])[] = [
  ['app=reviews', {app: 'reviews'}, true],
  ['app=reviews', {app: 'ratings'}, false],
  ['app==reviews', {app: 'reviews'}, true],
  ['app!=reviews', {app: 'reviews'}, false],
  ['app!=reviews', {}, true],
  ['env in (a, b)', {env: 'b'}, true],
  ['env in (a,b)', {env: 'c'}, false],
  ['env notin (a,b)', {}, true],
  ['env notin (a,b)', {env: 'a'}, false],
  ['canary', {canary: ''}, true],
  ['canary', {}, false],
  ['!canary', {}, true],
  ['!canary', {canary: 'x'}, false],
  ['app=a,env in (x,y),!old', {app: 'a', env: 'y'}, true],
  ['app=a,env in (x,y),!old', {app: 'a', env: 'y', old: ''}, false],
  ['app.kubernetes.io/name=a', {'app.kubernetes.io/name': 'a'}, true],
  ['a=', {a: ''}, true],
  ['', {anything: 'x'}, true],
  ['toString', {}, false],
]

describe('label selectors', () => {
  test.each(CASES)('%j on %j: %p', (selector, labels, expected) => {
    expect(matchesLabels(parseSelector(selector), labels)).toBe(expected)
  })

  test.each(['a=b=c d', 'env in (a', 'a b', '=x', '(x)'])(
    '%j is refused with the term that cannot be read',
    selector => {
      expect(() => parseSelector(selector)).toThrow(UserError)
    },
  )
})

test.each(CASES)('%s written for an API server and read again means the same', (selector, labels, expected) => {
  expect(matchesLabels(parseSelector(selectorText(parseSelector(selector))), labels)).toBe(expected)
})

test.each([
  ['app==reviews', 'app=reviews'],
  ['app!=reviews', 'app!=reviews'],
  ['env in (a, b)', 'env in (a,b)'],
  ['env notin (a,b)', 'env notin (a,b)'],
  ['canary,!old', 'canary,!old'],
])('%s is sent as %s', (selector, text) => {
  expect(selectorText(parseSelector(selector))).toBe(text)
})
