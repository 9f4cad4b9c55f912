/** True, false, or undefined where it depends on something that is not known (Kleene's logic). */
export type Truth = boolean | undefined

/** All of them hold; false as soon as one does not. */
export function allTrue(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false
  return truths.includes(undefined) ? undefined : true
}

/** One of them holds; true as soon as one does. */
export function anyTrue(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true
  return truths.includes(undefined) ? undefined : false
}

/** The opposite; what is not known stays so. */
export function negated(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth
}
