/** A value a team may set for one rule: its type, default and purpose. */
export type Parameter =
  | {readonly type: 'choice'; readonly options: readonly string[]; readonly default: string; readonly about: string}
  | {
      readonly type: 'number'
      readonly min: number
      readonly max: number
      readonly default: number
      readonly about: string
    }
  | {readonly type: 'ports'; readonly default: readonly number[]; readonly about: string}
  | {readonly type: 'words'; readonly default: readonly string[]; readonly about: string}

export type Parameters = Readonly<Record<string, Parameter>>

type ValueOf<P extends Parameter> = P extends {readonly type: 'choice'; readonly options: readonly (infer O)[]}
  ? O
  : P extends {readonly type: 'number'}
    ? number
    : P extends {readonly type: 'ports'}
      ? readonly number[]
      : readonly string[]

export type ParameterValue = ValueOf<Parameter>

/** The values a rule is evaluated with. */
export type Settings<P extends Parameters> = {readonly [N in keyof P]: ValueOf<P[N]>}

const PORT_MAX = 65_535

function isIntegerBetween(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
}

/** The type of a parameter as text. */
export function parameterTypeText(parameter: Parameter): string {
  switch (parameter.type) {
    case 'choice':
      return `one of ${parameter.options.join(', ')}`
    case 'number':
      return `an integer from ${parameter.min} to ${parameter.max}`
    case 'ports':
      return `a list of ports (1 to ${PORT_MAX})`
    case 'words':
      return 'a list of strings'
  }
}

/** True when a value is of the type of its parameter and within its bounds. */
export function isParameterValue(parameter: Parameter, value: unknown): value is ParameterValue {
  switch (parameter.type) {
    case 'choice':
      return parameter.options.some(option => option === value)
    case 'number':
      return isIntegerBetween(value, parameter.min, parameter.max)
    case 'ports':
      return Array.isArray(value) && value.every(each => isIntegerBetween(each, 1, PORT_MAX))
    case 'words':
      return Array.isArray(value) && value.every(each => typeof each === 'string' && each.trim() !== '')
  }
}

/** One line about a parameter: name, type, default, purpose. */
export function parameterLine(name: string, parameter: Parameter): string {
  const unset = [parameter.default].flat().join(', ') || 'none'
  return `${name} (${parameterTypeText(parameter)}; default ${unset}): ${parameter.about}`
}
