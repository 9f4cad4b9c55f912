import {compared} from './compare.js'
import {type Part, type Step, type Steps, type Template, TemplateError} from './nodes.js'

type Values = readonly unknown[]

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function kindName(value: unknown): string {
  return isRecord(value) ? 'an object' : `a ${typeof value}`
}

function field(values: Values, name: string): Values {
  return values.flatMap(value => (isRecord(value) && Object.hasOwn(value, name) ? [value[name]] : []))
}

function children(value: unknown): Values {
  if (Array.isArray(value)) return value
  return isRecord(value)
    ? Object.keys(value)
        .sort()
        .map(key => value[key])
    : []
}

/** The values and all below them that have something below, each before what it holds. */
function descendants(values: Values): Values {
  return values.flatMap(value => {
    if (typeof value === 'string') return value === '' ? [] : [value]
    const below = children(value)
    return below.length === 0 ? [] : [value, ...descendants(below)]
  })
}

function slice(value: unknown, {from, to, by}: Extract<Step, {step: 'slice'}>): Values {
  if (value === null || value === undefined) return []
  if (!Array.isArray(value)) throw new TemplateError(`${kindName(value)} is not array or slice`)
  const list: Values = value
  const wrapped = (index: number) => (index < 0 ? index + list.length : index)
  const start = wrapped(from?.value ?? 0)
  const end = to === undefined ? list.length : to.derived === true && to.value === 0 ? list.length : wrapped(to.value)
  if (start === end) return []
  const outside = (index: number) =>
    new TemplateError(`array index out of bounds: index ${index}, length ${list.length}`)
  if (start >= list.length || start < 0) throw outside(start)
  if (end > list.length || end < 0) throw outside(end - 1)
  if (start > end) throw new TemplateError(`starting index ${start} is greater than ending index ${end}`)
  const step = by?.value ?? 1
  if (step <= 0) throw new TemplateError('step must be > 0')
  return list.slice(start, end).filter((_, at) => at % step === 0)
}

/** One side of a comparison: its value, or none when the side is missing in an entry. */
function side(entry: unknown, steps: Steps): Values {
  const found = walk([entry], steps)
  if (found.length > 1) throw new TemplateError('can only compare one element at a time')
  return found
}

function passes(entry: unknown, {left, operator, right}: Extract<Step, {step: 'filter'}>): boolean {
  if (operator === 'exists') return walk([entry], left).length > 0
  const lefts = side(entry, left)
  if (lefts.length === 0) return false
  const rights = side(entry, right)
  return rights.length > 0 && compared(lefts[0], operator, rights[0])
}

function filtered(value: unknown, step: Extract<Step, {step: 'filter'}>): Values {
  if (!Array.isArray(value)) throw new TemplateError(`${kindName(value)} is not array or slice and cannot be filtered`)
  return value.filter(entry => passes(entry, step))
}

function stepFrom(values: Values, step: Step): Values {
  switch (step.step) {
    case 'text':
      return [step.text]
    case 'constant':
      return values.map(() => step.value)
    case 'field':
      return field(values, step.name)
    case 'wildcard':
      return values.flatMap(children)
    case 'recursive':
      return descendants(values)
    case 'slice':
      return values.flatMap(value => slice(value, step))
    case 'union':
      return step.of.flatMap(steps => walk(values, steps))
    case 'filter':
      return values.flatMap(value => filtered(value, step))
    case 'identifier':
      throw new TemplateError(`unrecognized identifier ${step.name}`)
  }
}

function walk(values: Values, steps: Steps): Values {
  return steps.reduce<Values>(stepFrom, values)
}

/** The name of the loop word that an action begins with. */
function loopWord(part: Part | undefined): string | undefined {
  const first = part?.part === 'action' ? part.steps[0] : undefined
  return first?.step === 'identifier' && ['range', 'end'].includes(first.name) ? first.name : undefined
}

/** Where the loop that begins at `start` ends: the place of its `{end}`, or behind the template. */
function endOf(template: Template, start: number): number {
  let depth = 0
  for (let at = start; at < template.length; at++) {
    const word = loopWord(template[at])
    if (word === 'range') depth += 1
    if (word === 'end') depth -= 1
    if (depth === 0) return at
  }
  return template.length
}

/** The results of each part of a template for one value, loops repeated for each value they go through. */
export function evaluate(template: Template, data: unknown): readonly Values[] {
  const results: Values[] = []
  for (let at = 0; at < template.length; at++) {
    const part = template[at]
    if (part === undefined) continue
    if (part.part === 'text') {
      results.push([part.text])
      continue
    }
    const word = loopWord(part)
    if (word === 'end') throw new TemplateError('not in range, nothing to end')
    if (word === undefined) {
      results.push(walk([data], part.steps))
      continue
    }
    const end = endOf(template, at)
    const body = template.slice(at + 1, end)
    for (const value of walk([data], part.steps.slice(1))) results.push(...evaluate(body, value))
    at = end
  }
  return results
}
