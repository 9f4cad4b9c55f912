import {UserError} from '../model/user-error.js'
import {fits, type ParameterValue, parameterWords} from './parameter.js'
import {findRules} from './pick.js'
import type {Rule} from './rule.js'

/** What a team wrote under `parameters`, by rule and parameter, not yet checked. */
export type GivenParameters = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** The values of a rule: those its team set, else the defaults. */
export function settingsOf({parameters = {}, settings = {}}: Rule): Readonly<Record<string, ParameterValue>> {
  return {
    ...Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, parameter.default])),
    ...settings,
  }
}

function configured(rule: Rule, word: string, given: Readonly<Record<string, unknown>>, file: string): Rule {
  const {code, slug, parameters = {}, settings = {}} = rule
  const names = Object.keys(parameters)
  const set: Record<string, ParameterValue> = {...settings}
  for (const [name, value] of Object.entries(given)) {
    const where = `${file}: parameters.${word}.${name}`
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    if (parameter === undefined) {
      throw new UserError(`${where}: rule ${code} ${slug} has no parameter ${JSON.stringify(name)}`, {
        hint: names.length === 0 ? 'It has none at all.' : `It has ${names.join(', ')}.`,
        next: `meshctl explain ${code}`,
      })
    }
    if (!fits(parameter, value))
      throw new UserError(`${where} must be ${parameterWords(parameter)}, not ${JSON.stringify(value)}`)
    if (Object.hasOwn(settings, name)) throw new UserError(`${where}: this parameter of ${code} is set twice`)
    set[name] = value
  }
  return {...rule, settings: set}
}

/** The rules with the values a team set; a rule or parameter nobody knows and a value of another type are errors that name the file. */
export function withParameters(rules: readonly Rule[], given: GivenParameters, file: string): readonly Rule[] {
  let result = rules
  for (const [word, values] of Object.entries(given)) {
    const meant = findRules(result, word)
    if (meant.length === 0) {
      const known = rules.filter(({parameters = {}}) => Object.keys(parameters).length > 0).map(({slug}) => slug)
      throw new UserError(`${file}: parameters: no rule is called ${JSON.stringify(word)}`, {
        hint: `Rules with parameters: ${known.join(', ')}.`,
      })
    }
    result = result.map(rule => (meant.includes(rule) ? configured(rule, word, values, file) : rule))
  }
  return result
}
