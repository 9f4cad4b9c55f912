import {textsOf} from '../../decode.js'
import {isDnsLabel, type Problem, problemIf, repeated} from './problem.js'

/** What istiod's webhook rejects in an exportTo; `~` (to no one) is for ServiceEntries only. */
export function exportToProblems(spec: unknown, namespace: string, unexported = false): readonly Problem[] {
  const exportTo = textsOf(spec, 'exportTo')
  const namespaces = exportTo.map(each => (each === '.' ? namespace : each))
  const alone = namespaces.find(each => each === '*' || (unexported && each === '~'))
  return [
    ...repeated(namespaces).map(({value, index}) => ({
      path: `spec.exportTo[${index}]`,
      message: `${value} is listed twice`,
    })),
    ...problemIf(
      alone !== undefined && namespaces.length > 1,
      'spec.exportTo',
      `${alone} cannot be combined with other namespaces`,
    ),
    ...namespaces.flatMap((each, index) =>
      problemIf(
        each !== '*' && each !== alone && !isDnsLabel(each),
        `spec.exportTo[${index}]`,
        `${JSON.stringify(each)} is not a namespace`,
      ),
    ),
  ]
}
