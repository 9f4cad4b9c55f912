import type {LabelSelector} from '../../model/istio-config/kubernetes.js'
import type {Labels} from '../../model/kube/selector.js'

/** True when the labels hold every pair of the selector; an empty selector selects everything. */
export function selectorMatches(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
}

/** True when the labels meet a LabelSelector of Kubernetes; one without conditions selects everything. */
export function labelSelectorMatches({matchLabels, expressions}: LabelSelector, labels: Labels): boolean {
  return (
    selectorMatches(matchLabels, labels) &&
    expressions.every(({key, operator, values}) => {
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined
      if (operator === 'In') return value !== undefined && values.includes(value)
      if (operator === 'NotIn') return value === undefined || !values.includes(value)
      if (operator === 'Exists') return value !== undefined
      return operator === 'DoesNotExist' && value === undefined
    })
  )
}

/** A selector as kubectl writes it, in alphabetical order. */
export function labelsText(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',')
}
