import {describe, test} from '@jest/globals'

type Test = Pick<typeof test, 'each'> & ((...args: Parameters<typeof test>) => void)
type Group = Pick<typeof describe, 'each'> & ((...args: Parameters<typeof describe>) => void)

/** Functions that register tests and groups of tests. */
export interface Registrars {
  readonly test: Test
  readonly describe: Group
}

type Register = (name: string, ...rest: unknown[]) => void

/** The same registrar, and its `each`, with words added to every name. */
function withSuffix<T>(registrar: unknown, suffix: string): T {
  const {each} = registrar as {each: (table: unknown) => Register}
  const named =
    (register: Register): Register =>
    (name, ...rest) =>
      register(`${name}${suffix}`, ...rest)
  return Object.assign(named(registrar as Register), {each: (table: unknown) => named(each(table))}) as T
}

/** Registrars of tests that need something of the machine: where it is missing they skip, and every name says what is needed. */
export function skipUnless(present: boolean, needed: string): Registrars {
  if (present) return {test, describe}
  const suffix = ` (needs ${needed})`
  return {test: withSuffix<Test>(test.skip, suffix), describe: withSuffix<Group>(describe.skip, suffix)}
}
