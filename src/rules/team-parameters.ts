import {UserError} from '../model/evidence/user-error.js'
import {isParameterValue, type ParameterValue, parameterTypeText} from './parameter.js'
import type {MeshRule} from './rule.js'
import {findRules} from './select-rules.js'

/** The `parameters` a team wrote, by rule and parameter, not yet validated. */
export type GivenParameters = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** The values of a rule: those a team set, else the defaults. */
export function settingsOf({parameters = {}, settings = {}}: MeshRule): Readonly<Record<string, ParameterValue>> {
  return {
    ...Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, parameter.default])),
    ...settings,
  }
}

function configured(rule: MeshRule, word: string, given: Readonly<Record<string, unknown>>, file: string): MeshRule {
  const {code, slug, parameters = {}, settings = {}} = rule
  const names = Object.keys(parameters)
  const set: Record<string, ParameterValue> = {...settings}
  for (const [name, value] of Object.entries(given)) {
    const where = `${file}: parameters.${word}.${name}`
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    if (parameter === undefined) {
      throw new UserError(`${where}: rule ${code} ${slug} has no parameter ${JSON.stringify(name)}`, {
        hint: names.length === 0 ? 'The rule has no parameters.' : `Its parameters: ${names.join(', ')}.`,
        next: `meshctl explain ${code}`,
      })
    }
    if (!isParameterValue(parameter, value))
      throw new UserError(`${where} must be ${parameterTypeText(parameter)}, not ${JSON.stringify(value)}`)
    if (Object.hasOwn(settings, name)) throw new UserError(`${where}: this parameter of ${code} is set twice`)
    set[name] = value
  }
  return {...rule, settings: set}
}

/** The rules with the values a team set; an unknown rule or parameter, or a value of the wrong type, is an error that names the file. */
export function withParameters(rules: readonly MeshRule[], given: GivenParameters, file: string): readonly MeshRule[] {
  let result = rules
  for (const [word, values] of Object.entries(given)) {
    const selected = findRules(result, word)
    if (selected.length === 0) {
      const known = rules.filter(({parameters = {}}) => Object.keys(parameters).length > 0).map(({slug}) => slug)
      throw new UserError(`${file}: parameters: unknown rule ${JSON.stringify(word)}`, {
        hint: `Rules with parameters: ${known.join(', ')}.`,
      })
    }
    result = result.map(rule => (selected.includes(rule) ? configured(rule, word, values, file) : rule))
  }
  return result
}
