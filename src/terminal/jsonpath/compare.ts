import {TemplateError} from './nodes.js'

type Basic = string | number | boolean

function basic(value: unknown): Basic {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  throw new TemplateError('invalid type for comparison')
}

/** Kinds as Go's templates compare them: whole numbers and fractions are two kinds. */
function kindOf(value: Basic): string {
  return typeof value === 'number' ? (Number.isInteger(value) ? 'int' : 'float') : typeof value
}

function same(left: Basic, right: Basic): boolean {
  if (kindOf(left) !== kindOf(right)) throw new TemplateError('incompatible types for comparison')
  return left === right
}

function less(left: Basic, right: Basic): boolean {
  if (kindOf(left) !== kindOf(right)) throw new TemplateError('incompatible types for comparison')
  if (typeof left === 'boolean') throw new TemplateError('invalid type for comparison')
  return left < right
}

/** Compares two values with an operator of a filter; values of different kinds are an error, as in kubectl. */
export function compared(left: unknown, operator: string, right: unknown): boolean {
  const [a, b] = [basic(left), basic(right)]
  switch (operator) {
    case '==':
      return same(a, b)
    case '!=':
      return !same(a, b)
    case '<':
      return less(a, b)
    case '<=':
      return less(a, b) || same(a, b)
    case '>':
      return !(less(a, b) || same(a, b))
    case '>=':
      return !less(a, b)
    default:
      throw new TemplateError(`unrecognized filter operator ${operator}`)
  }
}
