import type {Container} from '../../model/kube/pod.js'

/** The value of a command line flag, written `-u 1337`, `--proxy-uid 1337` or `--proxy-uid=1337`. */
export function argumentOf(container: Container | undefined, ...names: readonly string[]): string | undefined {
  const args = container?.args ?? []
  for (const [index, each] of args.entries()) {
    if (names.includes(each)) return args[index + 1]
    const [name = '', ...value] = each.split('=')
    if (value.length > 0 && names.includes(name)) return value.join('=')
  }
  return undefined
}
