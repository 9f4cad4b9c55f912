/** The function that runs a pattern in linear time, in the place of CEL's own `matches`, which would backtrack. */
export const MATCHES = 'matchesInLinearTime'

/** A condition takes thousands of steps; one that takes millions is a mistake or an attack. */
const MAX_STEPS = 10_000_000
const MAX_MS = 1000
/** How many steps pass between two looks at the clock. */
const CLOCK_STEPS = 1024

interface Node {
  readonly op: string
  args: unknown
  readonly meta?: {readonly alternate?: unknown; readonly macro?: unknown}
}

type Evaluate = (this: Node, ...args: unknown[]) => unknown

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && typeof value.op === 'string'
}

/** True for the arguments of a node: lists, and plain objects such as those of a comprehension. */
function isArguments(value: unknown): value is object {
  return typeof value === 'object' && value !== null && (Array.isArray(value) || value.constructor === Object)
}

/** Every node of a parsed condition, those its macros expand to as well. */
function nodesOf(root: unknown): readonly Node[] {
  const seen = new Set<unknown>()
  const found: Node[] = []
  const left: unknown[] = [root]
  while (left.length > 0) {
    const value = left.pop()
    if (seen.has(value)) continue
    seen.add(value)
    if (isNode(value)) {
      found.push(value)
      left.push(value.args, value.meta?.alternate, value.meta?.macro)
    } else if (isArguments(value)) left.push(...Object.values(value))
  }
  return found
}

/** Makes each `matches` of a parsed condition use RE2; call it before the condition is checked. */
export function linearMatches(root: unknown): void {
  for (const node of nodesOf(root)) {
    if (node.op === 'rcall' && Array.isArray(node.args) && node.args[0] === 'matches') node.args[0] = MATCHES
  }
}

/** Thrown when a condition used up its steps or its time. */
export class BudgetSpent extends Error {
  override readonly name = 'BudgetSpent'
}

/** The evaluation of a checked condition with a limit on steps and time; `message` is what the error says. */
export function withinBudget(
  root: unknown,
  evaluate: (context: Record<string, unknown>) => unknown,
  message: string,
  limits: {readonly steps: number; readonly ms: number} = {steps: MAX_STEPS, ms: MAX_MS},
): (context: Record<string, unknown>) => unknown {
  let steps = 0
  let endsAt = 0
  const count = () => {
    steps += 1
    if (steps > limits.steps || (steps % CLOCK_STEPS === 0 && performance.now() > endsAt)) {
      // Quantifiers go on after an error in one element: each further step ends as soon as it begins.
      steps = limits.steps
      throw new BudgetSpent(message)
    }
  }
  for (const node of nodesOf(root)) {
    let inner = Reflect.get(node, 'evaluate') as Evaluate
    const counted: Evaluate = (...args) => {
      count()
      return inner.apply(node, args)
    }
    // A node replaces its own evaluation when it first runs; the replacement is counted as well.
    Object.defineProperty(node, 'evaluate', {
      get: () => counted,
      set: (next: Evaluate) => {
        inner = next
      },
    })
  }
  return context => {
    steps = 0
    endsAt = performance.now() + limits.ms
    const answer = evaluate(context)
    // `true || slow` hides the error of the slow part, `slow` alone does not: a spent budget is never an answer.
    if (steps >= limits.steps) throw new BudgetSpent(message)
    return answer
  }
}
