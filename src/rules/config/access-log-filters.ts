import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {type AttributeProblem, attributeProblem} from '../condition.js'
import type {ConfigSet} from './config-set.js'

/** A filter of an access log that Envoy cannot evaluate. */
export interface FilterProblem {
  readonly object: ConfigObject
  /** Where the expression is written. */
  readonly path: string
  readonly expression: string
  readonly text: string
}

/** The access log filters of all Telemetry objects that have a problem of one kind. */
export function filterProblems(set: ConfigSet, kind: AttributeProblem['kind']): readonly FilterProblem[] {
  return set.telemetries().flatMap(({object, accessLogging}) =>
    accessLogging.flatMap(({expression, path}) => {
      const problem = expression === undefined ? undefined : attributeProblem(expression)
      if (expression === undefined || problem?.kind !== kind) return []
      return [{object, path: `${path}.filter.expression`, expression, text: problem.text}]
    }),
  )
}
