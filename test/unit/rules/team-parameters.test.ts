import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {parseCheckConfig} from '../../../src/formats/settings/check-config.js'
import type {UserError} from '../../../src/model/evidence/user-error.js'
import {explainReport} from '../../../src/reports/explain/report.js'
import {explainView} from '../../../src/reports/explain/view.js'
import {meshRulesReport} from '../../../src/reports/rules/report.js'
import {rulesView} from '../../../src/reports/rules/view.js'
import {isParameterValue, type Parameter, parameterTypeText} from '../../../src/rules/parameter.js'
import {RULES} from '../../../src/rules/registry.js'
import type {MeshRule} from '../../../src/rules/rule.js'
import {settingsOf, withParameters} from '../../../src/rules/team-parameters.js'

/** The rules as a team has them that wrote this under `parameters`. */
function given(text: string): readonly MeshRule[] {
  const {parameters, file} = parseCheckConfig(`parameters: ${text}`, 'team.yaml')
  return withParameters(RULES, parameters, file)
}

function settings(rules: readonly MeshRule[], code: string): unknown {
  const rule = rules.find(each => each.code === code)
  return rule === undefined ? undefined : settingsOf(rule)
}

function refusal(text: string): UserError {
  try {
    given(text)
  } catch (error) {
    return error as UserError
  }
  throw new Error('it was accepted')
}

describe('parameters of rules', () => {
  test('a value by code or name changes only its rule', () => {
    for (const word of ['MCT1101', 'app-version-labels', 'APP-version-labels']) {
      const rules = given(`{${word}: {style: legacy}}`)
      expect(settings(rules, 'MCT1101')).toEqual({style: 'legacy'})
      expect(settings(rules, 'MCT1419')).toEqual({drainSeconds: 5})
      expect(rules.filter((rule, index) => rule !== RULES[index]).map(({code}) => code)).toEqual(['MCT1101'])
    }
    expect(settings(RULES, 'MCT1101')).toEqual({style: 'any'})
    expect(given('{}')).toEqual(RULES)
    expect(parseCheckConfig('', 'c').parameters).toEqual({})
  })

  test('an unknown rule or parameter is an error with the file and the known names', () => {
    const rule = refusal('{app-labels: {style: legacy}}')
    expect(rule.message).toBe('team.yaml: parameters: unknown rule "app-labels"')
    expect(rule.hint).toMatch(/app-version-labels, certificate-expiry, .*termination-too-short/)
    expect(rule.hint).not.toContain('proxy-uid')
    const name = refusal('{no-service: {port: [80]}}')
    expect(name.message).toBe('team.yaml: parameters.no-service.port: rule MCT1102 no-service has no parameter "port"')
    expect(name.hint).toBe('Its parameters: ports.')
    expect(refusal('{MCT1001: {uid: 5}}').hint).toBe('The rule has no parameters.')
    expect(refusal('{no-service: {toString: [80]}}').message).toContain('no parameter "toString"')
  })

  test('an invalid value is an error with the expected type', () => {
    expect(refusal('{MCT1101: {style: new}}').message).toBe(
      'team.yaml: parameters.MCT1101.style must be one of any, legacy, not "new"',
    )
    expect(refusal('{certificate-expiry: {rootDays: "60"}}').message).toContain(
      'must be an integer from 0 to 3650, not "60"',
    )
    expect(refusal('{no-service: {ports: 80}}').message).toContain('must be a list of ports (1 to 65535), not 80')
    expect(refusal('{database-as-http: {images: [1]}}').message).toContain('must be a list of strings, not [1]')
    expect(refusal('{no-service: 5}').message).toBe('team.yaml: parameters.no-service must be a map of parameters')
    expect(refusal('5').message).toBe('team.yaml: parameters must be a map of rules')
  })

  test('the same parameter by code and by name is set twice', () => {
    expect(refusal('{MCT1101: {style: any}, app-version-labels: {style: legacy}}').message).toBe(
      'team.yaml: parameters.app-version-labels.style: this parameter of MCT1101 is set twice',
    )
  })

  const NUMBER: Parameter = {type: 'number', min: 2, max: 4, default: 3, about: ''}
  const PORTS: Parameter = {type: 'ports', default: [], about: ''}
  const WORDS: Parameter = {type: 'words', default: [], about: ''}
  const CHOICE: Parameter = {type: 'choice', options: ['a', 'b'], default: 'a', about: ''}
  test.each<[Parameter, readonly unknown[], readonly unknown[]]>([
    [NUMBER, [2, 3, 4], [1, 5, 2.5, '3', null, true, [3], Number.NaN]],
    [PORTS, [[], [1], [65535, 80]], [80, [0], [65536], ['80'], [80, 1.5], 'x', null]],
    [WORDS, [[], ['a'], ['a', 'b']], ['a', [''], [' '], ['a', 1], null]],
    [CHOICE, ['a', 'b'], ['c', '', ['a'], null, 1]],
  ])('%j', (parameter, good, bad) => {
    expect(good.filter(value => !isParameterValue(parameter, value))).toEqual([])
    expect(bad.filter(value => isParameterValue(parameter, value))).toEqual([])
    expect(parameterTypeText(parameter)).toMatch(/^(an?|one of) /)
  })

  test('every default is valid, and every parameter has a purpose', () => {
    const all = RULES.flatMap(({parameters = {}}) => Object.values(parameters))
    expect(all.length).toBeGreaterThan(5)
    expect(all.filter(each => !isParameterValue(each, each.default))).toEqual([])
    expect(all.filter(({about}) => !/^[a-z].{20,}[^.]$/.test(about))).toEqual([])
  })

  test('explain, rules -o json and the documentation show them', () => {
    const shown = JSON.stringify(
      explainView.doc(
        explainReport(() => RULES, 'MCT1101'),
        'table',
      ),
    )
    expect(shown).toContain('style (one of any, legacy; default any)')
    const data = rulesView.data(meshRulesReport(RULES)) as {rules: {code: string; parameters: unknown}[]}
    expect(data.rules.find(({code}) => code === 'MCT1419')?.parameters).toMatchObject([
      {name: 'drainSeconds', type: 'number', default: 5, min: 0, max: 3600},
    ])
    expect(data.rules.find(({code}) => code === 'MCT1001')?.parameters).toEqual([])
    expect(readFileSync('docs/rules.md', 'utf8')).toContain(
      '- Parameter `rootDays` (an integer from 0 to 3650; default 30): ',
    )
  })
})
