import type {Read} from '../../model/envoy/schema.js'

/** Thrown where an answer depends on something meshctl does not model or cannot know; caught once, at the entry. */
export class Undecided extends Error {
  readonly at: string | undefined

  constructor(reason: string, at?: string) {
    super(reason)
    this.name = 'Undecided'
    this.at = at
  }
}

/** Ends the trace as undecided: the answer depends on something that is not known. */
export function undecided(reason: string, at?: string): never {
  throw new Undecided(reason, at)
}

/** The message itself, when every field it sets is described; what depends on it is undecided otherwise. */
export function known<T extends Read>(message: T, what: string): T {
  if (message.unread.length > 0) undecided(`field ${message.unread.join(', ')} of ${what} is not modelled`, message.at)
  return message
}

/** True when any holds; an undecided item makes the result undecided only if no other holds. */
export function anyOf<T>(items: Iterable<T>, holds: (item: T) => boolean): boolean {
  let open: Undecided | undefined
  for (const item of items) {
    try {
      if (holds(item)) return true
    } catch (error) {
      if (!(error instanceof Undecided)) throw error
      open ??= error
    }
  }
  if (open !== undefined) throw open
  return false
}

/** True when all hold; an undecided item makes the result undecided only if all others hold. */
export function allOf<T>(items: Iterable<T>, holds: (item: T) => boolean): boolean {
  return !anyOf(items, item => !holds(item))
}
