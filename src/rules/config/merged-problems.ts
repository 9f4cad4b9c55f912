import type {Problem} from '../../formats/istio-config/semantics/problem.js'
import {groupedPairs} from '../../model/collections/grouped-by.js'

/** A fault of an object, with all the places that have it. */
export interface MergedProblem {
  readonly problem: Problem
  /** The paths, with commas between them. */
  readonly paths: string
}

/** The problems of an object by what they say, one for all places with the same fault, as istiod's webhook reports it. */
export function mergedProblems(problems: readonly Problem[]): readonly MergedProblem[] {
  return merged(problems, ({message}) => message)
}

/** The problems of an object by what they say and the field they are about, at any position of its lists. */
export function mergedByField(problems: readonly Problem[]): readonly MergedProblem[] {
  return merged(problems, ({path, message}) => `${path.replaceAll(/\[\d+\]/g, '[]')}: ${message}`)
}

function merged(problems: readonly Problem[], key: (problem: Problem) => string): readonly MergedProblem[] {
  const groups = groupedPairs(problems.map(problem => [key(problem), problem] as const))
  return [...groups.values()].flatMap(same => {
    const [problem] = same
    return problem === undefined ? [] : [{problem, paths: [...new Set(same.map(({path}) => path))].join(', ')}]
  })
}

/** The problems the schema has with an object, without those of a place the webhook complains about, which knows more. */
export function withoutRepeats(schema: readonly Problem[], semantic: readonly Problem[]): readonly Problem[] {
  const said = new Set(semantic.map(({path}) => path))
  return schema.filter(({path}) => !said.has(path))
}
