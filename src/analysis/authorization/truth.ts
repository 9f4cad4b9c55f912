/** True, false, or undefined where it depends on something that is not known (Kleene's logic). */
export type Truth = boolean | undefined

export function allTrue(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false
  return truths.includes(undefined) ? undefined : true
}

export function anyTrue(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true
  return truths.includes(undefined) ? undefined : false
}

export function negated(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth
}
