/** A template as kubectl reads it: text, and actions in braces, each a chain of steps. */
export type Template = readonly Part[]

export type Part = {readonly part: 'text'; readonly text: string} | {readonly part: 'action'; readonly steps: Steps}

export type Steps = readonly Step[]

/** One bound of a slice; `derived` for the end of a plain index, `[1]` being `[1:2]`. */
export interface Bound {
  readonly value: number
  readonly derived?: true
}

export type Step =
  | {readonly step: 'text'; readonly text: string}
  | {readonly step: 'constant'; readonly value: number | boolean}
  | {readonly step: 'field'; readonly name: string}
  | {readonly step: 'identifier'; readonly name: string}
  | {readonly step: 'wildcard'}
  | {readonly step: 'recursive'}
  | {
      readonly step: 'slice'
      readonly from: Bound | undefined
      readonly to: Bound | undefined
      readonly by: Bound | undefined
    }
  | {readonly step: 'union'; readonly of: readonly Steps[]}
  | {readonly step: 'filter'; readonly left: Steps; readonly operator: string; readonly right: Steps}

/** What is wrong with a template, or with the data it is applied to. */
export class TemplateError extends Error {}
