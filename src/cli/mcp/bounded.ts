import {isObject} from '../../formats/decode.js'
import {pointerStep} from '../../model/text/object-path.js'

/** A list that was cut: where it stands (JSON pointer), and how many of its entries are left. */
export interface CutList {
  readonly at: string
  readonly kept: number
  readonly of: number
}

interface BoundedAnswer {
  readonly answer: unknown
  readonly cut: readonly CutList[]
}

/** Entries that lists keep at most, tried one after the other until the answer is small enough. */
const STEPS = [500, 200, 100, 50, 20, 10, 5, 2, 1]

function shortened(value: unknown, most: number, at: string, cut: CutList[]): unknown {
  if (Array.isArray(value)) {
    if (value.length > most) cut.push({at, kept: most, of: value.length})
    return value.slice(0, most).map((each, i) => shortened(each, most, `${at}/${i}`, cut))
  }
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, shortened(each, most, `${at}/${pointerStep(key)}`, cut)]),
  )
}

/** The data with its lists cut until its JSON has at most `limit` characters, and which were; undefined when even one entry of each is too much. */
export function bounded(data: unknown, limit: number): BoundedAnswer | undefined {
  if ((JSON.stringify(data) ?? '').length <= limit) return {answer: data, cut: []}
  for (const most of STEPS) {
    const cut: CutList[] = []
    const answer = shortened(data, most, '', cut)
    if (JSON.stringify(answer).length <= limit) return {answer, cut}
  }
  return undefined
}
