import {UserError} from '../evidence/user-error.js'

/** One requirement of a label selector, as Kubernetes defines them (labels and selectors, "Set-based requirement"). */
export interface Requirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values: readonly string[]
}

export type Labels = Readonly<Record<string, string>>

const SET = /^([^\s,()=!]+)\s+(in|notin)\s+\(([^()]*)\)$/
const EQUALITY = /^([^\s,()=!]+)\s*(==|=|!=)\s*([^\s,()=!]*)$/
const EXISTS = /^(!?)\s*([^\s,()=!]+)$/

function requirement(term: string, selector: string): Requirement {
  const set = SET.exec(term)
  if (set !== null) {
    const values = (set[3] ?? '').split(',').map(value => value.trim())
    return {key: set[1] ?? '', operator: set[2] === 'in' ? 'In' : 'NotIn', values}
  }
  const equality = EQUALITY.exec(term)
  if (equality !== null) {
    return {key: equality[1] ?? '', operator: equality[2] === '!=' ? 'NotIn' : 'In', values: [equality[3] ?? '']}
  }
  const exists = EXISTS.exec(term)
  if (exists !== null)
    return {key: exists[2] ?? '', operator: exists[1] === '!' ? 'DoesNotExist' : 'Exists', values: []}
  throw new UserError(`cannot read the label selector ${JSON.stringify(selector)} at ${JSON.stringify(term)}`, {
    hint: 'Write it as kubectl does: app=reviews,version!=v3,env in (a, b),!canary',
  })
}

/** Reads a selector as `kubectl -l` takes it; an unreadable one is an error that shows the term. */
export function parseSelector(selector: string): readonly Requirement[] {
  const terms = selector.match(/(?:[^,(]|\([^)]*\)?)+/g) ?? []
  return terms
    .map(term => term.trim())
    .filter(term => term !== '')
    .map(term => requirement(term, selector))
}

/** True when the labels meet every requirement; NotIn and != also match a missing key, as in Kubernetes. */
export function matchesLabels(requirements: readonly Requirement[], labels: Labels): boolean {
  return requirements.every(({key, operator, values}) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value)
      case 'NotIn':
        return value === undefined || !values.includes(value)
      case 'Exists':
        return value !== undefined
      case 'DoesNotExist':
        return value === undefined
    }
    return false
  })
}

/** Requirements as an API server takes them in `labelSelector=`. */
export function selectorText(requirements: readonly Requirement[]): string {
  const term = ({key, operator, values}: Requirement): string => {
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    if (values.length === 1) return `${key}${operator === 'In' ? '=' : '!='}${values[0]}`
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
  }
  return requirements.map(term).join(',')
}

/** The requirements of a plain label map, such as a Service's selector. */
export function requirementsOf(labels: Labels): readonly Requirement[] {
  return Object.entries(labels).map(([key, value]) => ({key, operator: 'In' as const, values: [value]}))
}

/** The labels an equality selector such as `app=web,version=v2` names; set-based terms are left out. */
export function requirementsToLabels(selector: string): Labels {
  const equal = parseSelector(selector).filter(({operator, values}) => operator === 'In' && values.length === 1)
  return Object.fromEntries(equal.map(({key, values}) => [key, values[0] ?? '']))
}
